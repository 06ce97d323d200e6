"""Uploading a photograph of 24 megapixels, and what readers get of it.

    python benchmarks/pictures.py

Prints the seconds of the desk's whole view, against saving and decoding the same
photograph with Pillow alone in the same run; the memory each kind of file takes at
its peak, in a process of its own; the bytes of the formats against each other; and
how fast pictures are finished. Ends with exit code 1 where a bound is missed.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
if __name__ == "__main__":
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="pictures-")
    os.environ.pop("DATABASE_URL", None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
os.environ.setdefault("SECRET_KEY", "only-for-a-benchmark")
os.environ.setdefault("ALLOWED_HOSTS", "localhost,testserver")
os.environ["DEBUG"] = "true"  # static files need not be collected

import django  # noqa: E402

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from PIL import Image  # noqa: E402

from articles.models import Picture  # noqa: E402
from articles.renditions import FORMATS  # noqa: E402
from authors.images import ADOBE_RGB, matrix_profile, read_image  # noqa: E402

SECONDS, MEGABYTES = 3, 300
SIZE = (6000, 4000)
LARGEST = (7300, 5475)


def photograph(width, height):
    """Return an image with the shades and the noise of a photograph, more or less."""
    noise = Image.effect_noise((width // 4, height // 4), 60)
    noise = noise.resize((width, height), Image.Resampling.BICUBIC)
    straight = Image.linear_gradient("L").resize((width, height))
    round_ = Image.radial_gradient("L").resize((width, height))
    return Image.merge(
        "RGB",
        (
            Image.blend(noise, straight, 0.7),
            Image.blend(noise, round_, 0.7),
            Image.blend(straight, round_, 0.5),
        ),
    )


def drawing(width, height):
    """Return an image that is small enough to upload as a PNG."""
    return Image.radial_gradient("L").resize((width, height)).convert("RGB")


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def cases():
    """Return {what: (size, format, options)} of the files whose memory is taken."""
    adobe = matrix_profile(ADOBE_RGB, 2.2)
    full = {"quality": 92}
    return {
        "JPEG, 24 MP": (SIZE, "JPEG", full),
        "JPEG, 24 MP, turned": (SIZE, "JPEG", full | {"exif": exif(6)}),
        "JPEG, 24 MP, Adobe RGB": (SIZE, "JPEG", full | {"icc_profile": adobe}),
        "JPEG, 24 MP, progressive": (SIZE, "JPEG", full | {"progressive": True}),
        "JPEG, 40 MP, turned": (LARGEST, "JPEG", full | {"exif": exif(6)}),
        "JPEG, 40 MP, progressive 4:4:4": (
            LARGEST,
            "JPEG",
            full | {"progressive": True, "subsampling": 0},
        ),
        "PNG, 24 MP": (SIZE, "PNG", {"compress_level": 1}),
        "PNG, 40 MP": (LARGEST, "PNG", {"compress_level": 1}),
        "PNG, 40 MP, turned": (LARGEST, "PNG", {"compress_level": 1, "exif": exif(6)}),
        "WebP, 18 MP": ((5196, 3464), "WEBP", {"method": 0}),
        "AVIF, 24 MP": (SIZE, "AVIF", {"speed": 10}),
    }


def peak():
    """Return the most megabytes this process ever held (Linux).

    Not getrusage: that one begins with what the parent held.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def measure(path):
    """Take one file in, and print the megabytes that took, and of the process."""
    before = peak()
    with open(path, "rb") as file:
        Picture().take_image(read_image(file))
    print(f"{peak() - before:.0f} {peak():.0f}")


def memory():
    """Print the peaks; return the highest, in megabytes."""
    worst = 0
    folder = Path(os.environ["DATA_DIR"])
    for what, (size, format, options) in cases().items():
        path = folder / "upload"
        image = drawing(*size) if format == "PNG" else photograph(*size)
        image.save(path, format, **options)
        command = [sys.executable, __file__, str(path)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        more, whole = map(int, answer.stdout.split())
        worst = max(worst, more)
        print(f"{what:<32}{more:>5} MB more, {whole:>4} MB in all")
    return worst


def upload(content):
    """Post the desk's form; return the seconds until it answered, and those of CPU."""
    client = Client()
    user = User.objects.get_or_create(username="ada", is_staff=True, is_superuser=True)[
        0
    ]
    client.force_login(user)
    url = reverse("admin:articles_picture_add")
    form = client.get(url).context["adminform"].form
    fields = {
        name: form[name].value() or "" for name in form.fields if name != "upload"
    }
    fields |= {"alt": "Noise", "upload": ContentFile(content, name="noise.jpg")}
    count = Picture.objects.count()
    start, worked = time.perf_counter(), time.process_time()
    answer = client.post(url, fields)
    seconds = time.perf_counter() - start, time.process_time() - worked
    if answer.status_code != 302 or Picture.objects.count() != count + 1:
        sys.exit(f"The form answered {answer.status_code}.")
    return seconds


def plain(content):
    """Return the CPU seconds Pillow takes to decode a photograph and save it again."""
    start = time.process_time()
    image = Image.open(io.BytesIO(content))
    image.load()
    image.save(io.BytesIO(), "JPEG", quality=82)
    return time.process_time() - start


def main():
    setup_test_environment()  # answers tell what their forms hold
    call_command("migrate", verbosity=0)
    slowest = 0
    for what, orientation in (("upright", 1), ("turned", 6)):
        out = io.BytesIO()
        photograph(*SIZE).save(out, "JPEG", quality=92, exif=exif(orientation))
        content = out.getvalue()
        (took, worked), alone = upload(content), plain(content)
        slowest = max(slowest, took)
        print(
            f"24 MP, {len(content) / 1e6:.1f} MB, {what}: the form answers in "
            f"{took:.2f} s ({worked:.2f} of CPU), {worked / alone:.1f} × decoding and "
            f"saving it once"
        )
    pictures = Picture.objects.unfinished()
    count, start = len(pictures), time.process_time()
    for picture in pictures:
        picture.finish()
    took = time.process_time() - start
    print(f"finished: {count * 60 / took:.0f} of these a minute of CPU")
    sizes = dict.fromkeys(FORMATS, 0)
    for file in picture.renditions:
        if not file.get("crop"):
            sizes[file["format"]] += Picture.file.field.storage.size(file["name"])
    for format, size in sizes.items():
        of_jpeg = size / sizes["jpeg"]
        print(f"{format:<5}{size / 1000:>6.0f} kB, {of_jpeg:.2f} of JPEG, all widths")
    worst = memory()
    if slowest > SECONDS or worst > MEGABYTES:
        sys.exit(f"{slowest:.1f} s (bound {SECONDS}), {worst} MB (bound {MEGABYTES})")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
