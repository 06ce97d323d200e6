"""`manage.py serve` alone, with no proxy that tells addresses as they were sent."""

import pytest

from tests.deploy.conftest import check_old_addresses

pytestmark = pytest.mark.django_db(transaction=True)


def test_finds_old_addresses_and_no_other_page(old_stories, site):
    site.start("--no-clock")
    check_old_addresses(site.get_own)


def test_keeps_an_old_address_and_never_a_copy_of_what_has_none(old_stories, site):
    site.start("--no-clock")
    for asked in ("/?p=123", "/?p=124", "/", "/index.php?x=1", "/index.php?id=7"):
        site.get_own(asked)
    kept = site.folder / "pages/pages/127.0.0.1"
    names = {str(file.relative_to(kept)) for file in kept.rglob("*.head")}
    assert names == {"@.head", "@p=123.head", "index.php@.head", "index.php@id=7.head"}
    # What a CDN could not be told to throw away, it may not keep.
    cdn = {"CDN-Loop": "a-cdn"}
    assert site.get_own("/?p=124", **cdn)[1]["cdn-cache-control"] == "max-age=0"
    assert site.get_own("/?p=123", **cdn)[1]["cdn-cache-control"] != "max-age=0"
