"""Authors' photos come along with an export, to authors who have none."""

import json
from io import BytesIO

import pytest
from PIL import Image

from articles.models import Import
from authors.models import Author
from tests.factories import image_file

from .hostile_sources import HEAD, meta
from .importing import drawing, run

pytestmark = pytest.mark.django_db
IMAGES = "content/images/2023/01"


@pytest.fixture
def export(tmp_path):
    """Ghost's export of two authors with photos, one of whom wrote a post."""
    users = [
        {
            "id": name,
            "name": name.title(),
            "slug": name,
            "profile_image": f"__GHOST_URL__/{IMAGES}/{name}.jpg",
        }
        for name in ("lena", "otto")
    ]
    posts = [
        {
            "id": "p1",
            "uuid": "u1",
            "title": "Lanterns",
            "slug": "lanterns",
            "html": "<p>They came at night, and by hand.</p>",
            "status": "published",
            "published_at": "2023-01-05T10:00:00.000Z",
        }
    ]
    tables = {"posts": posts, "users": users}
    tables["posts_authors"] = [{"post_id": "p1", "author_id": "lena"}]
    told = {"db": [{"meta": {}, "data": tables}]}
    (tmp_path / "lantern.json").write_text(json.dumps(told))
    return tmp_path / "lantern.json"


@pytest.fixture
def media(tmp_path):
    folder = tmp_path / "copy" / IMAGES
    folder.mkdir(parents=True)
    (folder / "lena.jpg").write_bytes(drawing(3, (900, 900)))
    (folder / "otto.jpg").write_bytes(drawing(4))
    return tmp_path / "copy"


def photo_of(name):
    return Author.objects.get(name=name).photo


def test_a_photo_is_taken_from_the_copy_small_and_without_metadata(export, media):
    said = run(export, media=str(media))
    assert "1 new" in said
    with photo_of("Lena").open() as file:
        photo = Image.open(BytesIO(file.read()))
    assert photo.format == "JPEG" and max(photo.size) <= 640
    assert not photo.getexif()
    # Nobody is made an author for a photo's sake.
    assert not Author.objects.filter(name="Otto").exists()


def test_a_photo_that_is_missing_is_listed_and_comes_later(export, media):
    assert "Lena: A picture" in run(export)
    assert not photo_of("Lena")
    assert "1 unchanged" in run(export, media=str(media))
    assert photo_of("Lena")


def test_a_dry_run_writes_none_and_says_what_is_missing(export, media):
    run(export)
    assert "Lena: A picture" in run(export, dry_run=True)
    assert "Lena: A picture" not in run(export, dry_run=True, media=str(media))
    assert not photo_of("Lena")


def test_an_editors_own_photo_stays_and_so_does_none(export, media):
    lena = Author.objects.create(name="Lena")
    lena.photo.save("own.png", image_file())
    own = lena.photo.name
    run(export, media=str(media))
    assert photo_of("Lena").name == own
    Author.objects.update(photo="")
    run(export, media=str(media))
    assert photo_of("Lena").name != own
    # Taken away by an editor, it does not come back.
    Author.objects.update(photo="")
    run(export, media=str(media))
    assert not photo_of("Lena")


def test_what_is_no_picture_is_left_out_with_a_sentence(export, media):
    (media / IMAGES / "lena.jpg").write_bytes(b"<svg onload=alert(1)>")
    said = run(export, media=str(media))
    assert "Lena: A photo was left out: This is not a picture we can read" in said
    assert not photo_of("Lena")


def test_an_author_who_was_here_keeps_the_photo_when_the_import_is_undone(
    export, media
):
    Author.objects.create(name="Lena")
    run(export, media=str(media))
    done = Import.objects.get()
    run(undo=done.pk)
    done.refresh_from_db()
    assert done.state == Import.State.UNDONE and not done.made.exists()
    assert done.counts["undone"]["done"] == done.counts["undone"]["total"]
    assert photo_of("Lena")


def test_a_guest_authors_photo_is_one_of_wordpress_files(tmp_path, media):
    guest = (
        "<item><title>Mara Quill</title><wp:post_id>5</wp:post_id>"
        "<wp:post_name>cap-mara</wp:post_name><wp:post_type>guest-author</wp:post_type>"
        f"{meta('cap-display_name', 'Mara Quill')}{meta('_thumbnail_id', '6')}</item>"
    )
    file = (
        "<item><title>Mara</title><wp:post_id>6</wp:post_id>"
        "<wp:post_type>attachment</wp:post_type>"
        f"<wp:attachment_url>https://old.example/{IMAGES}/lena.jpg"
        "</wp:attachment_url></item>"
    )
    post = (
        "<item><title>Tides</title><link>https://old.example/tides/</link>"
        "<content:encoded><![CDATA[They turned.]]></content:encoded>"
        "<wp:post_id>7</wp:post_id><wp:status>publish</wp:status>"
        "<wp:post_date_gmt>2010-02-03 04:05:06</wp:post_date_gmt>"
        "<wp:post_type>post</wp:post_type>"
        '<category domain="author" nicename="cap-mara">Mara Quill</category></item>'
    )
    path = tmp_path / "old.xml"
    head = HEAD.format(doctype="", head="")
    path.write_text(f"{head}{guest}{file}{post}</channel></rss>")
    run(path, media=str(media))
    assert photo_of("Mara Quill")
