"""What people upload that is no clean picture, and what is kept of what is one."""

import contextlib
import io
import zipfile
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from authors import image_files, images
from authors.images import encode, likeness_of, matrix_profile, read_image

SECRET = b"my house at 52.5 north"
# Display P3: the screens of phones (ICC.1 v4, primaries adapted to D50).
DISPLAY_P3 = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)


def content_of(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def corners(width=64, height=32):
    """A picture that is red, green, blue and white in its corners."""
    image = Image.new("RGB", (width, height), "grey")
    half = (width // 2, height // 2)
    image.paste("red", (0, 0, *half))
    image.paste("lime", (half[0], 0, width, half[1]))
    image.paste("blue", (0, half[1], half[0], height))
    image.paste("white", (*half, width, height))
    return image


def read(content, name="photo.jpg", **options):
    return read_image(ContentFile(content, name=name), **options)


def kept(content, name="photo.jpg"):
    """Return every file that is made of an upload."""
    clean = read(content, name)
    original, _extension = clean.as_original()
    others = [encode(clean.image, format) for format in ("JPEG", "WEBP", "AVIF")]
    return [original, *others]


def sentence_of(content, name="photo.jpg"):
    with pytest.raises(ValidationError) as caught:
        read(content, name)
    return caught.value.messages[0]


def exif(orientation=1, interop=""):
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010E] = SECRET.decode()
    tags.get_ifd(0x8825)[1] = "N"
    if interop:
        tags.get_ifd(0x8769)[0xA005] = {1: interop}
    return tags


def everything(format):
    """A picture with every kind of metadata its format has."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=True)
    profile = ImageCms.ImageCmsProfile(images.SRGB).tobytes()
    options = {
        "JPEG": {"exif": exif(), "comment": SECRET, "xmp": SECRET, "quality": 95},
        "PNG": {"exif": exif(), "pnginfo": text},
        "WEBP": {"exif": exif(), "xmp": SECRET, "quality": 95},
        "AVIF": {"exif": exif(), "xmp": SECRET, "quality": 95},
        "GIF": {"comment": SECRET},
    }[format]
    if format != "GIF":
        options["icc_profile"] = profile
    return content_of(corners(), format, **options)


def segment(marker, content):
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2) + content


class TestMetadata:
    @pytest.mark.parametrize("format", images.FORMATS)
    def test_is_in_no_file_that_is_kept(self, format):
        upload = everything(format)
        assert SECRET in upload or format == "PNG"
        for content in kept(upload, ""):
            image = Image.open(io.BytesIO(content))
            image.load()
            assert SECRET not in content
            assert not image.getexif()
            assert not image.getexif().get_ifd(0x8825)
            left = {"exif", "xmp", "icc_profile", "comment", "Comment", "photoshop"}
            assert not left & set(image.info)

    def test_of_every_segment_of_a_jpeg_goes_and_the_picture_stays_bit_by_bit(self):
        plain = content_of(corners(), "JPEG", progressive=True)
        extra = b"".join(segment(m, SECRET) for m in (0xE1, 0xE2, 0xED, 0xEF, 0xFE))
        thumbnail = segment(0xE0, b"JFXX\0\x10" + SECRET)
        film = b"\0\0\0\x18ftypmp42" + SECRET
        second = content_of(corners(), "JPEG", comment=SECRET)
        upload = plain[:2] + thumbnail + extra + plain[2:] + second + film
        original, extension = read(upload).as_original()
        assert SECRET not in original
        assert extension == "jpg"
        assert image_files.jpeg_alone(original) == original
        before, after = (Image.open(io.BytesIO(c)) for c in (plain, original))
        assert before.tobytes() == after.tobytes()

    def test_behind_the_end_of_a_png_goes(self):
        upload = content_of(corners(), "PNG") + SECRET
        original, extension = read(upload).as_original()
        assert (extension, SECRET in original) == ("png", False)
        assert Image.open(io.BytesIO(original)).tobytes() == corners().tobytes()

    @given(st.binary(max_size=200), st.integers(0, 300))
    def test_is_never_cut_in_a_way_that_raises_something_else(self, noise, place):
        for plain, alone in (
            (content_of(corners(8, 8), "JPEG"), image_files.jpeg_alone),
            (content_of(corners(8, 8), "PNG"), image_files.png_alone),
        ):
            with contextlib.suppress(image_files.Unclear):
                alone(plain[:place] + noise + plain[place:])


class TestOrientation:
    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_is_kept_in_every_file_with_nothing_left_to_turn(self, format, orientation):
        turned = corners()
        if orientation in images.TURNS:
            # What a camera stores: the opposite of what has to be done to it.
            back = {6: 8, 8: 6}.get(orientation, orientation)
            turned = turned.transpose(images.TURNS[back])
        upload = content_of(turned, format, exif=exif(orientation), quality=95)
        for content in kept(upload, ""):
            image = Image.open(io.BytesIO(content)).convert("RGB")
            assert image.size == (64, 32)
            places = [(8, 4), (56, 4), (8, 28), (56, 28)]
            red, green, blue, white = (image.getpixel(place) for place in places)
            assert red[0] > 200 > 80 > red[2]
            assert green[1] > 200 > 80 > green[0]
            assert blue[2] > 200 > 80 > blue[0]
            assert min(white) > 200


def colour_of(content):
    image = Image.open(io.BytesIO(content))
    if image.mode == "I;16":  # Pillow clips it
        image = image.point(lambda value: value / 256)
    return image.convert("RGB").getpixel((8, 8))


def near(colour, other, by=6):
    return all(abs(a - b) <= by for a, b in zip(colour, other, strict=True))


class TestColours:
    @pytest.mark.parametrize(
        ("numbers", "options"),
        [
            # (200, 100, 50) of sRGB as these profiles write it.
            (
                (186, 106, 63),
                {"icc_profile": matrix_profile(DISPLAY_P3, 2.2)},
            ),
            ((174, 99, 58), {"icc_profile": matrix_profile(images.ADOBE_RGB, 2.2)}),
            ((174, 99, 58), {"exif": exif(interop="R03")}),
            ((200, 100, 50), {"exif": exif(interop="R98")}),
            ((200, 100, 50), {"icc_profile": b"broken"}),
            (
                (200, 100, 50),
                {"icc_profile": ImageCms.ImageCmsProfile(images.SRGB).tobytes()},
            ),
        ],
    )
    def test_become_srgb_in_every_file(self, numbers, options):
        upload = content_of(
            Image.new("RGB", (16, 16), numbers), "JPEG", quality=98, **options
        )
        for content in kept(upload):
            assert near(colour_of(content), (200, 100, 50), 9)

    def test_of_other_kinds_of_pictures_are_kept(self):
        grey16 = Image.new("I;16", (16, 16), 0x8000)
        cmyk = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
        palette = Image.new("RGB", (16, 16), (10, 20, 250)).quantize(4)
        half = Image.new("LA", (16, 16), (100, 255))
        for image, format, colour in [
            (grey16, "PNG", (128, 128, 128)),
            (cmyk, "JPEG", (255, 0, 0)),
            (palette, "PNG", (10, 20, 250)),
            (palette, "GIF", (10, 20, 250)),
            (half, "PNG", (100, 100, 100)),
            (Image.new("L", (16, 16), 77), "JPEG", (77, 77, 77)),
            (Image.new("1", (16, 16), 1), "PNG", (255, 255, 255)),
        ]:
            for content in kept(content_of(image, format), ""):
                assert near(colour_of(content), colour), (format, image.mode)

    def test_of_transparent_pictures_stay_transparent_where_the_format_can(self):
        upload = content_of(Image.new("RGBA", (16, 16), (255, 0, 0, 0)), "PNG")
        for content in kept(upload):
            image = Image.open(io.BytesIO(content))
            if image.format == "JPEG":
                assert image.getpixel((0, 0)) == (255, 255, 255)
            else:
                assert image.convert("RGBA").getpixel((0, 0))[3] == 0

    @pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
    def test_of_the_first_frame_are_kept_and_that_is_said(self, format):
        frames = [Image.new("RGB", (16, 16), name) for name in ("red", "blue", "lime")]
        upload = content_of(
            frames[0], format, save_all=True, append_images=frames[1:], duration=9
        )
        clean = read(upload, "")
        assert [str(remark) for remark in clean.remarks] == [str(images.FIRST_FRAME)]
        for content in kept(upload, ""):
            assert near(colour_of(content), (255, 0, 0), 9)
            assert not getattr(Image.open(io.BytesIO(content)), "is_animated", False)
        assert read(content_of(frames[0], format), "").remarks == ()


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "hidden")
    return out.getvalue()


def claiming(kind, width, height):
    """A tiny file that claims to be huge."""
    image = Image.new("RGB", (64, 64), "teal")
    content = bytearray(content_of(image, kind))
    sides = width.to_bytes(4) + height.to_bytes(4)
    if kind == "PNG":
        content[16:24] = sides
        content[29:33] = zlib.crc32(content[12:29]).to_bytes(4)
    elif kind == "JPEG":
        place = content.index(b"\xff\xc0") + 5
        content[place : place + 4] = height.to_bytes(2) + width.to_bytes(2)
    elif kind == "GIF":
        content[6:10] = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    elif kind == "WEBP":
        content[26:30] = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    else:
        place = content.index(b"ispe") + 8
        content[place : place + 8] = sides
    return bytes(content)


class TestRefusals:
    @pytest.mark.parametrize("kind", images.FORMATS)
    def test_of_400_megapixels_come_before_anything_is_decoded(self, kind, monkeypatch):
        content = claiming(kind, *((16383, 16383) if kind == "WEBP" else (20000,) * 2))
        monkeypatch.setattr(
            Image.Image, "load", lambda self: pytest.fail("it was decoded")
        )
        assert "megapixels. Please upload a smaller version" in sentence_of(content, "")

    @pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
    @pytest.mark.parametrize(
        ("hidden", "what"),
        [
            (zipped(), "ZIP"),
            (b"<html ><body onload=x>", "HTML"),
            (b"<SCRIPT>alert(1)</SCRIPT>", "HTML"),
            (b"<?php system($_GET[0]); ?>", "PHP"),
            (b"%PDF-1.7\n", "PDF"),
            (b"Rar!\x1a\x07\x01\x00", "RAR"),
        ],
    )
    def test_name_what_stands_behind_a_picture(self, format, hidden, what):
        upload = content_of(corners(), format) + hidden
        message = sentence_of(upload, "")
        assert f"something else inside this picture ({what})" in message

    def test_name_what_stands_in_a_comment(self):
        php = b"<?php system('x'); ?>"
        for content in (
            content_of(corners(), "JPEG", comment=php),
            content_of(corners(), "GIF", comment=php),
        ):
            assert "(PHP)" in sentence_of(content, "")
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", "<script>1</script>")
        assert "(HTML)" in sentence_of(content_of(corners(), "PNG", pnginfo=text), "")

    def test_name_a_picture_that_runs_as_a_script(self):
        gif = content_of(Image.new("P", (0x2A2F, 2)), "GIF")
        assert gif[6:8] == b"/*"
        assert "(JavaScript)" in sentence_of(gif + b"*/=1;alert(1)", "x.gif")
        assert read(gif, "x.gif").size == (0x2A2F, 2)

    def test_never_meet_what_phones_put_behind_a_picture(self):
        for film in (
            b"\0" * 4000,
            b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 50,
            b"MotionPhoto_Data\0\0\0\x1cftypisom" + b"SEFH\x6b\0\0\0SEFT",
        ):
            upload = content_of(corners(), "JPEG") + film
            assert film not in read(upload).as_original()[0]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "is empty"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
            (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><svg/>", "an SVG drawing"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC file of a phone"),
            (b"%PDF-1.7\n", "a PDF file"),
            (b"II*\0" + bytes(40), "a TIFF file"),
            (b"8BPS\0\1", "a Photoshop file"),
            (b"\0\0\0\x18ftypmp42", "a video"),
            (zipped(), "a packed file or a document"),
            (b"GIF", "not a picture we can read"),
            (b"Dear editors,\nplease find", "not a picture we can read"),
        ],
    )
    def test_say_what_the_file_is(self, content, said):
        message = sentence_of(content)
        assert said in message
        assert "%(" not in message

    @pytest.mark.parametrize("format", images.FORMATS)
    def test_of_truncated_files_say_so_wherever_they_end(self, format):
        noise = Image.effect_noise((64, 64), 90).convert("RGB")
        content = content_of(noise, format)
        for part in (0.1, 0.3, 0.6, 0.9):
            message = sentence_of(content[: int(len(content) * part)], "")
            assert "damaged or incomplete" in message

    @pytest.mark.parametrize("name", ["photo.php", "x.html", "photo.jpg.exe", "a.svg"])
    def test_of_names_that_are_no_pictures_say_how_they_end(self, name):
        message = sentence_of(content_of(corners(), "JPEG"), name)
        assert f"“.{name.rpartition('.')[2]}”" in message

    @pytest.mark.parametrize("name", ["photo.JPG", "photo", "photo.webp", "a.b.jpeg"])
    def test_do_not_meet_one_kind_of_picture_named_as_another(self, name):
        assert read(content_of(corners(), "PNG"), name).format == "PNG"

    @given(
        st.binary(max_size=400), st.integers(0, 400), st.sampled_from(images.FORMATS)
    )
    def test_are_all_there_is_whatever_the_bytes(self, noise, place, format):
        content = content_of(corners(16, 16), format)
        try:
            read(content[:place] + noise + content[place + len(noise) :], "")
        except ValidationError as error:
            assert error.messages[0].endswith(".")


class TestLikeness:
    def photo(self):
        noise = Image.effect_noise((12, 9), 120).resize((900, 600))
        return noise.convert("RGB")

    def distance(self, one, other):
        return (int(likeness_of(one), 16) ^ int(likeness_of(other), 16)).bit_count()

    def test_is_near_for_what_was_scaled_saved_anew_or_made_lighter(self):
        photo = self.photo()
        saved = Image.open(io.BytesIO(content_of(photo, "JPEG", quality=40)))
        lighter = photo.point(lambda value: value * 0.8 + 40)
        for other in (photo.resize((300, 200)), saved, lighter):
            assert self.distance(photo, other) <= 6

    def test_is_far_for_another_picture(self):
        assert self.distance(self.photo(), self.photo()) > 12

    def test_is_nothing_for_what_is_too_flat_to_tell(self):
        gradient = Image.linear_gradient("L")
        for flat in (Image.new("RGB", (90, 60), "teal"), gradient, gradient.rotate(90)):
            assert likeness_of(flat.convert("RGB")) == ""
