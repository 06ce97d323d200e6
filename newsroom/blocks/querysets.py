from django.db import models
from django.db.models import Q
from django.utils import timezone


class BlockQuerySet(models.QuerySet):
    def live(self, at=None):
        """Blocks that run at the given moment (now, unless told)."""
        at = at or timezone.now()
        return self.filter(
            Q(starts_at__isnull=True) | Q(starts_at__lte=at),
            Q(ends_at__isnull=True) | Q(ends_at__gt=at),
            is_active=True,
        )

    def coming(self, at=None):
        """Blocks whose flight is still to begin."""
        return self.filter(is_active=True, starts_at__gt=at or timezone.now())
