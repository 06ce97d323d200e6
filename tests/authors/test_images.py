import io
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image, ImageCms

from authors.images import encode, read_image
from authors.models import Author
from tests.factories import image_file, make_author


def saved(image, format="JPEG", **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return ContentFile(out.getvalue(), name="upload")


def sentence_of(file):
    with pytest.raises(ValidationError) as caught:
        read_image(file)
    return caught.value.messages[0]


def test_position_camera_and_comments_are_dropped_and_the_picture_is_upright():
    image = Image.new("RGB", (60, 40), "teal")
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by 90 degrees
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    clean = read_image(saved(image, exif=exif, comment=b"my house"))
    assert clean.image.size == (40, 60)
    content = encode(clean.image, "JPEG")
    assert not Image.open(io.BytesIO(content)).getexif()
    assert b"my house" not in content
    assert b"camera" not in content


def test_colours_are_brought_to_srgb():
    # A profile with red and green exchanged shows whether it is looked at.
    lab = ImageCms.createProfile("LAB")
    profile = ImageCms.ImageCmsProfile(lab).tobytes()
    broken = saved(Image.new("RGB", (4, 4), (200, 10, 10)), icc_profile=profile)
    assert read_image(broken).image.getpixel((0, 0))[0] > 150
    cmyk = saved(Image.new("CMYK", (4, 4), (0, 255, 255, 0)))
    red = read_image(cmyk).image.getpixel((0, 0))
    assert red[0] > 200 > 80 > red[2]


@pytest.mark.parametrize("side", [8_000, 20_000])
def test_a_picture_with_too_many_pixels_is_refused_undecoded(side, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))

    def chunk(kind, content=b""):
        check = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + check

    header = side.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT")
    message = sentence_of(ContentFile(bomb, name="bomb.png"))
    assert "more than 40 megapixels" in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "not a picture"),
        (b"", "is empty"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "not a picture"),
        (image_file(300, 300).read()[:400], "damaged"),
    ],
)
def test_what_is_no_picture_gets_a_sentence(content, said):
    message = sentence_of(ContentFile(content, name="photo.jpg"))
    assert said in message
    assert "Error" not in message


def test_transparent_pictures_stand_on_white_as_jpeg():
    clear = saved(Image.new("RGBA", (4, 4), (0, 0, 0, 0)), "PNG")
    content = encode(read_image(clear).image, "JPEG")
    assert Image.open(io.BytesIO(content)).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.django_db
class TestPortrait:
    def test_is_stored_small_and_named_by_its_content(self):
        author = Author(name="Ada Writer")
        author.photo = image_file(2000, 1000, name="../../Ada at home.png")
        author.full_clean()
        author.save()
        assert author.photo.name.endswith(".jpg")
        assert "home" not in author.photo.name
        assert Image.open(author.photo).size == (640, 320)

    def test_a_bad_file_is_an_error_at_the_field(self):
        author = Author(name="Ada Writer")
        author.photo = ContentFile(b"no picture", name="ada.jpg")
        with pytest.raises(ValidationError) as caught:
            author.full_clean()
        assert "photo" in caught.value.message_dict


@pytest.mark.django_db
class TestNames:
    @pytest.mark.parametrize(
        ("name", "sort_name"),
        [
            ("Ada Writer", "Writer, Ada"),
            ("Ana de la Cruz", "de la Cruz, Ana"),
            ("John Q. Public Jr.", "Public, John Q. Jr."),
            ("Plato", "Plato"),
            ("Writer, Ada", "Writer, Ada"),
        ],
    )
    def test_are_sorted_by_the_family_name(self, name, sort_name):
        assert make_author(name).sort_name == sort_name

    def test_equal_names_get_different_addresses(self):
        first, second = make_author("Ada Writer"), make_author("Ada Writer")
        assert [first.slug, second.slug] == ["ada-writer", "ada-writer-2"]

    def test_an_author_is_found_by_another_spelling(self):
        author = make_author("Ada Writer")
        author.aliases.create(name="A. B. Writer")
        assert Author.objects.named("a. b. writer").get() == author
        assert not Author.objects.named("Writer").exists()

    def test_making_an_author_makes_no_login(self, django_user_model):
        make_author("Ada Writer")
        assert not django_user_model.objects.exists()
