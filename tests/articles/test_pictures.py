import io
import os
import random
import resource
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from PIL import Image

from articles import renditions
from articles.management.commands import finish_pictures, sweep_media
from articles.models import Picture
from authors.images import CleanImage
from tests.factories import image_file, make_article, make_author, make_picture


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


def drawn(width=700, height=500, seed=1):
    """A file with enough in it to be told from another."""
    chance = random.Random(seed)
    fields = Image.new("RGB", (9, 8))
    fields.putdata([tuple(chance.randbytes(3)) for _ in range(72)])
    out = io.BytesIO()
    fields.resize((width, height)).save(out, "JPEG", quality=90)
    return ContentFile(out.getvalue(), name="drawn.jpg")


def make_drawn(seed=1, **fields):
    picture = Picture(alt="Drawn", **fields)
    picture.take(drawn(seed=seed))
    picture.save()
    return picture


def stored():
    """Return the names of all stored files of pictures."""
    return set(sweep_media.names_below("pictures"))


def finish(*options):
    out, err = io.StringIO(), io.StringIO()
    call_command("finish_pictures", "-v0", *options, stdout=out, stderr=err)
    return out.getvalue() + err.getvalue()


@pytest.fixture
def empty_media(settings, tmp_path):
    settings.MEDIA_ROOT, settings.DATA_DIR = tmp_path / "media", tmp_path


@pytest.mark.django_db
@pytest.mark.usefixtures("empty_media")
class TestFinishing:
    def test_makes_every_format_and_shape_that_the_upload_did_not_wait_for(self):
        picture = make_drawn()
        assert picture.is_unfinished
        assert not picture.sources("3:2").is_cropped
        assert "1 finished, 0 left out." in finish()
        picture.refresh_from_db()
        assert not picture.is_unfinished
        assert not picture.wanted()
        for crop, (width, height) in {
            "": (700, 500),
            "3:2": (700, 467),
            "1:1": (500, 500),
            "16:9": (700, 394),
        }.items():
            sources = picture.sources(crop)
            kinds = [kind for kind, _srcset in sources.formats]
            assert kinds == ["image/avif", "image/webp"]
            assert (sources.width, sources.height) == (width, height)
            assert sources.is_cropped is bool(crop)
        assert picture.sources("1.91:1").formats == []
        for row in picture.renditions:
            with default_storage.open(row["name"]) as file, Image.open(file) as image:
                assert image.size == (row["width"], row["height"])
                assert image.format.lower() == row["format"]
        assert set(picture.file_names()) == stored()
        assert "0 finished" in finish()

    def test_cuts_around_the_focal_point_and_anew_when_it_moves(
        self, django_capture_on_commit_callbacks
    ):
        picture = Picture(alt="Red left, blue right")
        image = Image.new("RGB", (800, 400), "red")
        image.paste("blue", (400, 0, 800, 400))
        picture.take_image(CleanImage(image, "PNG"))
        picture.focal_x = 0
        picture.save()
        finish()
        picture.refresh_from_db()

        def colour():
            name = picture.sources("1:1").url.removeprefix("/media/")
            with default_storage.open(name) as file:
                return Image.open(file).convert("RGB").getpixel((20, 20))

        assert colour()[0] > 200
        before = stored()
        picture.focal_x = 1
        picture.save(update_fields=["focal_x"])
        picture.refresh_from_db()
        assert picture.is_unfinished
        # At once: the whole one, which the page cuts itself.
        assert not picture.sources("1:1").is_cropped
        with django_capture_on_commit_callbacks(execute=True):
            finish()
        picture.refresh_from_db()
        assert colour()[2] > 200
        assert set(picture.file_names()) == stored()
        assert before - stored()

    def test_says_what_is_missing_and_does_not_try_it_again(self):
        gone, broken, whole = make_drawn(1), make_drawn(2), make_drawn(3)
        default_storage.delete(gone.file.name)
        path = default_storage.path(broken.file.name)
        Path(path).write_bytes(b"no picture")
        said = finish()
        assert "1 finished, 2 left out." in said
        assert f"Picture {gone.pk}, “Drawn”, is left as it is" in said
        assert f"Picture {broken.pk}" in said
        assert f"Picture {whole.pk}" not in said
        assert not Picture.objects.unfinished().exists()

    def test_leaves_it_to_the_other_one_at_work(self):
        picture = make_drawn()
        with finish_pictures.alone():
            assert "Another finish_pictures is at work." in finish()
        picture.refresh_from_db()
        assert picture.is_unfinished

    def test_drops_what_it_made_of_a_picture_that_changed_meanwhile(
        self, django_capture_on_commit_callbacks
    ):
        stale = make_drawn()
        picture = Picture.objects.get(pk=stale.pk)
        with django_capture_on_commit_callbacks(execute=True):
            picture.take(drawn(seed=2))
            picture.save()
        with pytest.raises(OSError, match="No such file"):
            stale.finish()
        picture.refresh_from_db()
        assert picture.is_unfinished
        moved = Picture.objects.get(pk=picture.pk)
        moved.focal_x = 0.1
        moved.save()
        with django_capture_on_commit_callbacks(execute=True):
            assert not picture.finish()
        moved.refresh_from_db()
        assert set(moved.file_names()) == stored()

    def test_of_old_pictures_keeps_the_files_that_texts_name(
        self, django_capture_on_commit_callbacks
    ):
        picture = make_drawn()
        olds = []
        for kind, extension in (("jpeg", "jpg"), ("webp", "webp")):
            name = default_storage.save(f"pictures/ab/old.{extension}", drawn())
            olds.append(name)
            row = {"name": name, "format": kind, "width": 400, "height": 286}
            picture.renditions.append(row)
        picture.save()
        with django_capture_on_commit_callbacks(execute=True):
            finish()
        assert default_storage.exists(olds[0])
        assert not default_storage.exists(olds[1])

    def test_with_all_makes_everything_again_and_leaves_no_second_set(
        self, django_capture_on_commit_callbacks
    ):
        picture = make_drawn()
        finish()
        before = stored()
        with django_capture_on_commit_callbacks(execute=True):
            assert "1 finished" in finish("--all")
        picture.refresh_from_db()
        assert stored() == before == set(picture.file_names())


@pytest.mark.django_db
@pytest.mark.usefixtures("empty_media")
class TestFiles:
    def test_of_a_replaced_picture_go_after_the_commit_and_the_row_stays(
        self, django_capture_on_commit_callbacks
    ):
        picture, twin = make_drawn(caption="At the river"), make_drawn()
        old = set(picture.file_names())
        for other in (picture, twin):
            with django_capture_on_commit_callbacks(execute=True):
                other.take(drawn(seed=2))
                assert old <= stored()
                other.save()
            # The twin still shows the old ones after the first round.
            assert (old <= stored()) is (other is picture)
        assert Picture.objects.get(pk=picture.pk).caption == "At the river"
        assert set(picture.file_names()) == stored()

    def test_of_a_deleted_picture_go_unless_another_names_them(
        self, django_capture_on_commit_callbacks
    ):
        picture, twin = make_drawn(), make_drawn()
        with django_capture_on_commit_callbacks(execute=True):
            picture.delete()
        assert set(twin.file_names()) == stored()
        with django_capture_on_commit_callbacks(execute=True):
            Picture.objects.all().delete()
        assert not stored()

    def test_of_a_row_that_could_not_be_saved_go(self):
        make_drawn(seed=2)
        before = stored()
        picture = Picture(alt="Drawn")
        picture.take(drawn())
        assert stored() > before
        picture.focal_x = "nowhere"
        with pytest.raises(ValueError, match="nowhere"):
            picture.save()
        assert stored() == before

    def test_of_an_upload_that_filled_the_disk_go(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        noise = io.BytesIO()
        Image.effect_noise((600, 400), 90).convert("RGB").save(noise, "JPEG")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        # Enough for some of its files only, or for a part of the first.
        for limit in (noise.tell() // 2, noise.tell() + 1000):
            picture = Picture()
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
            try:
                with pytest.raises(OSError):
                    picture.take(ContentFile(noise.getvalue(), "noise.jpg"))
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    def test_cut_short_in_writing_are_written_again(self):
        picture = make_drawn()
        path = Path(default_storage.path(picture.file.name))
        content = path.read_bytes()
        path.write_bytes(content[:100])
        assert make_drawn().file.name == picture.file.name
        assert path.read_bytes() == content

    @pytest.mark.parametrize("options", [(), ("--dry-run",)])
    def test_that_nobody_names_are_swept_when_they_are_old(self, options):
        picture = make_drawn()
        make_author(photo="authors/ada.jpg")
        paths = ["pictures/ab/left.jpg", "authors/ada.jpg", "authors/left.jpg"]
        for name in [*paths, "pictures/ab/new.jpg", "elsewhere/left.jpg"]:
            default_storage.save(name, ContentFile(b"x"))
        for name in [*stored(), *paths, "elsewhere/left.jpg"]:
            if "new" not in name:
                os.utime(default_storage.path(name), (0, 0))
        out = io.StringIO()
        call_command("sweep_media", *options, stdout=out)
        assert "2 of" in out.getvalue()
        is_dry = bool(options)
        assert default_storage.exists("pictures/ab/left.jpg") is is_dry
        assert default_storage.exists("authors/left.jpg") is is_dry
        kept = [*picture.file_names(), "authors/ada.jpg", "pictures/ab/new.jpg"]
        for name in [*kept, "elsewhere/left.jpg"]:
            assert default_storage.exists(name)


@pytest.mark.django_db
class TestLikePictures:
    def test_are_the_same_first_then_the_nearly_same(self):
        near, same, _other = make_drawn(), make_drawn(), make_drawn(seed=2)
        Picture.objects.filter(pk=near.pk).update(digest="another")
        found = list(Picture.objects.like(same.digest, same.likeness))
        assert [(p.pk, p.is_same) for p in found] == [(same.pk, True), (near.pk, False)]

    def test_are_none_for_nothing_and_for_flat_pictures(self):
        flat = make_picture()
        make_picture(300, 200)
        assert not Picture.objects.like("", "").exists()
        assert not Picture.objects.like("none", flat.likeness).exists()
