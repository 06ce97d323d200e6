from urllib.parse import unquote

from django.core.management import BaseCommand, CommandError
from django.urls import reverse
from tqdm import tqdm

from articles.models import Article, Page, Section
from newsroom.crawlers.sitemaps import shown_authors, shown_series, shown_tags
from newsroom.pagecache import checking, node


class Command(BaseCommand):
    help = (
        "Render the pages that readers are likely to ask for, the likeliest first. "
        "Safe to run again: what is kept already costs nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--articles", type=int, default=1000, metavar="N", help="newest articles"
        )

    def handle(self, *, articles, **options):
        if node.store is None:
            raise CommandError("No pages are kept: PAGE_CACHE is false.")
        if articles < 0:
            raise CommandError("--articles takes a number of articles.")
        node.follow()
        asking, rendered = checking.Asking(), 0
        paths = list(dict.fromkeys(likely(articles)))
        for path in tqdm(paths, disable=None, unit="page"):
            if not checking.is_kept(node.store, path):
                asking.ask(path)
                rendered += 1
        self.stdout.write(f"{rendered} of {len(paths)} pages were rendered.")


def likely(articles):
    """Yield decoded paths: front, feed, sections, newest articles, then the rest."""
    yield "/"
    yield "/feed/"
    newest = Article.objects.live().newest_first().values_list("path", flat=True)
    rows = (*Section.objects.all(), *Page.objects.live())
    yield from (unquote(row.get_absolute_url()) for row in rows)
    yield from map(unquote, newest[:articles])
    yield from (reverse(name) for name in ("articles:archive", "articles:tags"))
    yield reverse("authors:list")
    for shown in (shown_authors, shown_series, shown_tags):
        for row in shown().iterator():
            yield unquote(row.get_absolute_url())
