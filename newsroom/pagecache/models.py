from django.db import models


class Purge(models.Model):
    """A line of the purge journal: what changed, written with the change itself."""

    keys = models.JSONField(help_text="Surrogate keys; “everything” is all pages.")
    # PostgreSQL's number of the transaction: what was committed after a page began
    # to be rendered is told by snapshots, not by the order of keys, which are given
    # out before the commit. 0 on SQLite, where one writes at a time.
    xid = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    # The moment when its keys become due, where it was written ahead: a scheduled
    # story's. Until then their pages are kept, and not a second longer.
    at = models.DateTimeField(null=True)
    # When a CDN was told, where there is one.
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["xid"], name="purge_xid"),
            models.Index(
                fields=["at"],
                name="purge_ahead",
                condition=models.Q(at__isnull=False),
            ),
            models.Index(
                fields=["id"],
                name="purge_unsent",
                condition=models.Q(sent_at__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.created_at:%Y-%m-%d %H:%M:%S}: {' '.join(self.keys)[:80]}"
