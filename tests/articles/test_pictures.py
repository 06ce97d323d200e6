import io

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError
from PIL import Image

from articles.models import Picture
from articles.renditions import make_renditions
from tests.factories import image_file, make_article, make_picture


def test_renditions_are_never_larger_than_the_picture():
    image = Image.new("RGB", (1000, 500))
    sizes = [(r.format, r.width, r.height) for r in make_renditions(image)]
    assert sizes == [
        ("webp", 1000, 500),
        ("jpeg", 1000, 500),
        ("webp", 800, 400),
        ("jpeg", 800, 400),
        ("webp", 400, 200),
        ("jpeg", 400, 200),
    ]
    largest = max(r.width for r in make_renditions(Image.new("RGB", (4000, 3000))))
    assert largest == 1600


@pytest.mark.django_db
class TestPicture:
    def test_every_file_it_names_exists_and_has_the_size_it_says(self):
        picture = make_picture(1000, 500)
        assert (picture.width, picture.height) == (1000, 500)
        for rendition in picture.renditions:
            with default_storage.open(rendition["name"]) as file:
                image = Image.open(io.BytesIO(file.read()))
            assert image.size == (rendition["width"], rendition["height"])
            assert image.format.lower() == rendition["format"]

    def test_the_same_file_twice_is_stored_once(self):
        first, second = make_picture(), make_picture()
        assert first.file.name == second.file.name
        assert first.digest == second.digest
        assert first.pk != second.pk

    def test_needs_an_alternative_text_unless_decorative(self):
        make_picture(alt="", is_decorative=True)
        with pytest.raises(IntegrityError):
            make_picture(alt="")

    def test_a_srcset_names_every_width_once(self):
        picture = make_picture(1000, 500)
        assert picture.webp_srcset.count("w") >= 3
        assert "1000w" in picture.webp_srcset
        assert ".jpg" not in picture.webp_srcset

    def test_the_nearest_size_is_wide_enough(self):
        picture = make_picture(1000, 500)
        with default_storage.open(picture.url_near(500)[len("/media/") :]) as file:
            assert Image.open(file).width == 800

    def test_deleting_it_takes_no_article_along(self):
        picture = make_picture()
        article = make_article(lead_picture=picture)
        picture.delete()
        article.refresh_from_db()
        assert article.lead_picture is None
        assert not Picture.objects.exists()

    def test_a_bad_file_stores_nothing(self):
        picture = Picture(alt="x")
        before = set(default_storage.listdir("pictures")[0])
        broken = image_file(300, 300).read()[:300]
        with pytest.raises(Exception, match="damaged"):
            picture.take(io.BytesIO(broken))
        assert set(default_storage.listdir("pictures")[0]) == before
