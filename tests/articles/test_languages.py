import pytest

from articles.languages import direction_of


@pytest.mark.parametrize("tag", ["ar", "ar-EG", "he", "FA", "az-Arab", "yi_Hebr", "dv"])
def test_is_right_to_left(tag):
    assert direction_of(tag) == "rtl"


@pytest.mark.parametrize(
    "tag", ["", "en", "ja", "zh-Hant", "ar-Latn", "uz-Latn-UZ", "art", "-", "de-1996"]
)
def test_is_left_to_right(tag):
    assert direction_of(tag) == "ltr"
