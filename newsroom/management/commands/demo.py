import sys

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from articles.models import Article
from articles.planner import analyze
from newsroom.demo.bulk import default_authors, default_tags, make_bulk
from newsroom.demo.fill import count_foreign, has_sample, make_sample


class Command(BaseCommand):
    help = (
        "Fill the site with an invented newspaper, once. With --articles, add "
        "generated articles until there are so many, for measuring."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing, in silence, where there are articles already",
        )
        parser.add_argument(
            "--articles",
            type=int,
            default=0,
            help="how many articles in all; the sample has 120 of them",
        )
        parser.add_argument(
            "--authors",
            type=int,
            help="how many authors in all (one for 20 articles, at most 5,000)",
        )
        parser.add_argument(
            "--tags",
            type=int,
            help="how many tags in all (one for 100 articles, at most 2,000)",
        )
        parser.add_argument(
            "--picture-width",
            type=int,
            default=1200,
            help="width of the drawn pictures in pixels; small ones are faster",
        )
        parser.add_argument(
            "--yes", action="store_true", help="go on where real content stands"
        )

    def handle(
        self, *, articles, authors, tags, picture_width, yes, if_empty, **options
    ):
        if if_empty and Article.objects.exists():
            return
        is_new = not has_sample()
        if not is_new and articles <= Article.objects.count():
            self.stdout.write("The demo is here already; nothing was added.")
            return
        if not yes:
            refuse_over_real_content()
        logins = self.make_sample(picture_width) if is_new else []
        self.make_bulk(
            articles,
            authors=default_authors(articles) if authors is None else authors,
            tags=default_tags(articles) if tags is None else tags,
        )
        analyze()
        self.stdout.write(f"There are {Article.objects.count():,} articles.")
        if logins:
            self.show_logins(logins)

    def make_sample(self, picture_width):
        with progress("stories and pictures") as bar:

            def on_step(done, total):
                bar.total = total
                bar.update()

            return make_sample(picture_width=picture_width, on_step=on_step)

    def make_bulk(self, articles, **amounts):
        missing = articles - Article.objects.count()
        if missing <= 0:
            return
        with progress("articles", total=missing) as bar:
            for made in make_bulk(missing, **amounts):
                bar.update(made)

    def show_logins(self, logins):
        self.stdout.write("\nLogins, shown only this once:\n")
        width = max(len(login.username) for login in logins)
        for login in logins:
            self.stdout.write(
                f"  {login.username:<{width}}  {login.password}  {login.role}"
            )


def refuse_over_real_content():
    articles, authors = count_foreign()
    if articles or authors:
        raise CommandError(
            f"This site has content of its own ({articles:,} articles, {authors:,} "
            "authors); nothing was added. Say --yes to add the demo to it."
        )


def progress(what, **options):
    """A bar on a terminal, nothing elsewhere."""
    return tqdm(desc=what, file=sys.stderr, disable=None, leave=False, **options)
