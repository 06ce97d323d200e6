import sys

from django.core.management.base import BaseCommand
from django.db import transaction

from articles.models import ArticleTag, Byline
from authors.shown import EVERYTHING, change


class Command(BaseCommand):
    help = (
        "Look whether the rows of tags and bylines say of each article when readers "
        "may see it. They differ only where something wrote into the database past "
        "the site. Ends with exit code 1 where some do."
    )

    def add_arguments(self, parser):
        parser.add_argument("--repair", action="store_true", help="set them right")

    def handle(self, *, repair, **options):
        wrong = {model: model.objects.out_of_step() for model in (ArticleTag, Byline)}
        counts = {model: rows.count() for model, rows in wrong.items()}
        if not any(counts.values()):
            self.stdout.write("All rows are as they should be.")
            return
        for model, count in counts.items():
            self.stdout.write(f"{model._meta.verbose_name_plural}: {count} wrong.")
        if not repair:
            sys.exit(1)
        with transaction.atomic():
            for rows in wrong.values():
                rows.keep_in_step()
            change(EVERYTHING)
        self.stdout.write("They are right again.")
