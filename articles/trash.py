"""Destroying what lies in the trash. Everything else only moves articles about."""

from django.db import transaction

from articles.models import Article, Correction

# So many rows, with their versions, are held in memory at a time.
BATCH = 100


def bound_to_stay(articles):
    """Those of the articles that have corrections, which are never deleted.

    A correction in a working copy alone was never said to anybody.
    """
    corrected = Correction.objects.filter(article__in=articles.order_by().values("pk"))
    return articles.filter(pk__in=corrected.values("article"))


def destroy(articles):
    """Delete trashed articles for good. Returns how many went.

    With each go its working copy, versions, notes, preview links and the record of
    its import. What was taken from the trash meanwhile stays, and what has
    corrections. A batch is a transaction, so that an empty trash of 10,000 does not
    hold the database.
    """
    keys = list(articles.in_trash().order_by("pk").values_list("pk", flat=True))
    done = 0
    for start in range(0, len(keys), BATCH):
        done += _destroy_batch(keys[start : start + BATCH])
    return done


@transaction.atomic
def _destroy_batch(keys):
    chosen = Article.objects.in_trash().filter(pk__in=keys).order_by("pk")
    held = list(chosen.select_for_update().values_list("pk", flat=True))
    trashed = Article.objects.filter(pk__in=held)
    staying = set(bound_to_stay(trashed).values_list("pk", flat=True))
    going = [key for key in held if key not in staying]
    Correction.objects.filter(article__copy_of__in=going).delete()
    Article.objects.filter(pk__in=going).delete()
    return len(going)
