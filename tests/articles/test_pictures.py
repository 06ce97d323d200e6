import io

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from articles import renditions
from articles.models import Picture
from tests.factories import image_file, make_article, make_picture


def sizes_of(rows):
    return sorted({(row.width, row.height) for row in rows})


def test_renditions_are_never_larger_than_the_picture():
    assert sizes_of(renditions.whole(1000, 500)) == [
        (320, 160),
        (480, 240),
        (640, 320),
        (960, 480),
        (1000, 500),
    ]
    assert sizes_of(renditions.whole(200, 100)) == [(200, 100)]
    assert sizes_of(renditions.whole(6000, 4000))[-1] == (1920, 1280)
    for width, height in [(1000, 500), (30, 4000), (4000, 30), (1, 1)]:
        for row in renditions.crops(width, height, (0.5, 0.5)):
            assert row.width <= width
            assert 1 <= row.height <= height


@pytest.mark.parametrize(
    ("size", "focal", "box"),
    [
        ((1000, 500), (0.5, 0.5), (250, 0, 750, 500)),
        ((1000, 500), (0.0, 0.9), (0, 0, 500, 500)),
        ((1000, 500), (0.95, 0.1), (500, 0, 1000, 500)),
        ((500, 1000), (0.5, 0.3), (0, 50, 500, 550)),
    ],
)
def test_a_cut_has_the_focal_point_in_its_middle_as_far_as_edges_allow(
    size, focal, box
):
    assert renditions.crop_box(*size, 1, focal) == pytest.approx(box)


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

    def test_a_srcset_names_every_width_once(self):
        picture = make_picture(1000, 500)
        (kind, srcset), *others = picture.sources().formats
        assert (kind, others) == ("image/webp", [])
        widths = [part.split()[1] for part in srcset.split(", ")]
        assert widths == ["320w", "640w", "1000w"]
        assert ".jpg" not in srcset
        assert picture.sources().srcset.count(".jpg 1000w") == 1

    def test_the_nearest_size_is_wide_enough(self):
        picture = make_picture(1000, 500)
        with default_storage.open(picture.url_near(500)[len("/media/") :]) as file:
            assert Image.open(file).width == 640

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
