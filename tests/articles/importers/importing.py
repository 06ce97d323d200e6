"""What the tests of whole imports share: the command, a copy of media, a dump."""

from collections import Counter
from io import BytesIO, StringIO
from pathlib import Path

from django.apps import apps
from django.core.management import CommandError, call_command
from PIL import Image, ImageDraw

from articles.models import Article, Origin, Page, Section, Tag
from authors.models import Author
from newsroom.redirects.models import Redirect

EXPORTS = Path(__file__).parents[2] / "data" / "exports"
GAZETTE = EXPORTS / "gazette.wxr.xml"


def run(*paths, **options):
    """Run the command; return all it said, a CommandError's words too."""
    out = StringIO()
    try:
        paths = [str(path) for path in paths]
        call_command("import_articles", *paths, stdout=out, stderr=out, **options)
    except CommandError as error:
        out.write(str(error))
    return out.getvalue()


def drawing(seed, size=(600, 400)):
    """The bytes of a JPEG that no other seed gives."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for step in range(12):
        at = (seed * 37 + step * 61) % size[0]
        draw.line((at, 0, size[0] - at, size[1]), fill=(seed * 40 % 255, step * 20, 90))
    out = BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def media_copy(folder):
    """A copy of the Gazette's uploads, as somebody took it from the server."""
    uploads = folder / "uploads" / "2014" / "03"
    uploads.mkdir(parents=True)
    (uploads / "quay.jpg").write_bytes(drawing(1))
    (uploads / "ferry.jpg").write_bytes(drawing(2))
    (uploads / "tides.pdf").write_bytes(b"%PDF-1.4 the tides of a year")
    return folder


def counts():
    """{table: rows} of the whole database."""
    return Counter(
        {model._meta.db_table: model.objects.count() for model in apps.get_models()}
    )


def dump():
    """What an import made, without the numbers and moments of its rows."""
    articles = Article.objects.select_related("section", "lead_picture", "origin")
    return {
        "articles": {
            a.origin.identifier: (
                *(a.path, a.headline, a.standfirst, a.body, a.status, a.published_at),
                *(a.section and a.section.slug, a.language, a.canonical_url),
                *(a.seo_title, a.seo_description, a.is_no_index),
                [(str(b), b.author.slug, b.role, b.position) for b in a.bylines.all()],
                sorted(a.tags.names()),
                (a.lead_picture and a.lead_picture.digest, a.origin.digest),
                sorted(a.origin.imported),
            )
            for a in articles
        },
        "pages": {
            p.origin.identifier: (p.path, p.title, p.body, p.is_published)
            for p in Page.objects.filter(origin__isnull=False)
        },
        "origins": Origin.objects.count(),
        "authors": sorted(Author.objects.values_list("slug", "name", "bio", "email")),
        "tags": sorted(Tag.objects.values_list("slug", "name", "description")),
        "sections": sorted(
            Section.objects.values_list("slug", "name", "description", "parent__slug"),
            key=str,
        ),
        "redirects": sorted(Redirect.objects.values_list("old", "target", "answer")),
    }
