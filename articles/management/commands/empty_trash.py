from datetime import timedelta

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from articles.models import Article
from articles.trash import bound_to_stay, destroy


class Command(BaseCommand):
    help = (
        "Delete for good the articles that have been in the trash for some days. "
        "Articles with corrections stay."
    )

    def add_arguments(self, parser):
        # Text, because argparse answers what is no number with its whole usage.
        parser.add_argument(
            "--older-than", metavar="DAYS", help="days since it was thrown away"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="count them, delete nothing"
        )

    def handle(self, *, older_than, dry_run, **options):
        articles = Article.objects.in_trash().filter(trashed_at__lt=moment(older_than))
        staying = bound_to_stay(articles).count()
        if dry_run:
            going = articles.count() - staying
            self.stdout.write(f"{going} would be deleted. Nothing was changed.")
        else:
            self.stdout.write(f"{destroy(articles)} deleted for good.")
        if staying:
            self.stdout.write(f"{staying} kept: corrections are never deleted.")


def moment(days):
    """Return the moment so many days ago; raises CommandError for what is no number."""
    if days is None:
        raise CommandError("Say how old: --older-than 30 means thirty days.")
    if not days.isascii() or not days.isdecimal():
        raise CommandError(f"--older-than takes a whole number of days, not {days!r}.")
    try:
        return timezone.now() - timedelta(days=int(days))
    except (OverflowError, ValueError) as error:
        raise CommandError(f"{days[:20]} days are longer than time.") from error
