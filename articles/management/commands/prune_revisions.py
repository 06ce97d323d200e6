from datetime import timedelta

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from articles.models import Revision

# The collector of a delete holds the rows it deletes, without their texts.
BATCH = 200


class Command(BaseCommand):
    help = (
        "Delete old versions of articles. Keeps what readers saw, what has a name, "
        "what a preview link shows, and the newest of each article."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--older-than", default=90, metavar="DAYS", help="keep younger ones (90)"
        )
        parser.add_argument(
            "--keep", default=10, metavar="N", help="keep the newest N of each (10)"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="only say how many would go"
        )

    def handle(self, *, older_than, keep, dry_run, **options):
        days = whole_number(older_than, "--older-than")
        keep = whole_number(keep, "--keep")
        total = Revision.objects.count()
        prunable = find_prunable(timezone.now() - timedelta(days=days), keep)
        if dry_run:
            self.stdout.write(f"{prunable.count()} of {total} versions would go.")
            return
        pruned = prune(prunable)
        self.stdout.write(
            f"{pruned} of {total} versions deleted, {total - pruned} kept."
        )


def whole_number(text, option):
    # A hundred years of days; the calendar ends before a million of them.
    text = str(text)
    if not text.isdecimal() or len(text) > 5 or int(text) > 36_500:
        raise CommandError(f"{option} takes a whole number up to 36500, not {text!r}.")
    return int(text)


def find_prunable(before, keep):
    """Return the revisions made before a moment that nothing keeps."""
    newest = Revision.objects.filter(article=OuterRef("article")).order_by("-number")
    return Revision.objects.filter(
        created_at__lt=before,
        was_public=False,
        name="",
        preview_links__isnull=True,
        # The newest that is one too many; none where there are no more than `keep`.
        number__lte=Subquery(newest.values("number")[keep : keep + 1]),
    )


def prune(prunable):
    """Delete them batch by batch; return how many went.

    Each batch asks again: a version may get its name while this runs.
    """
    pruned, last = 0, 0
    while True:
        batch = list(
            prunable.filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", flat=True)[:BATCH]
        )
        if not batch:
            return pruned
        last = batch[-1]
        with transaction.atomic():
            going = list(
                prunable.filter(pk__in=batch)
                .order_by()
                .select_for_update(of=("self",))
                .values_list("pk", flat=True)
            )
            _total, by_model = Revision.objects.filter(pk__in=going).only("pk").delete()
        pruned += by_model.get(Revision._meta.label, 0)
