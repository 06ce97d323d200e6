from collections import defaultdict

from django.db import models
from django.db.models import Q

from newsroom.redirects.addresses import digest, folders, spellings

# Keys; each is looked for at its spellings, and at the folders that it lies in.
AT_ONCE = 100


def places_of(key):
    """Return what the redirects are stored under that may answer for a key."""
    return {digest(each) for each in (*spellings(key), *folders(key))}


class RedirectQuerySet(models.QuerySet):
    def leading(self, key):
        """Return the redirect that answers for a key, None if there is none.

        An exact one goes before a prefix, a longer prefix before a shorter one, and
        all of them before patterns, of which the one that says most wins. One query.
        """
        return self._first(key, self.filter(place__in=places_of(key)))

    def leading_each(self, keys):
        """Return {key: the redirect that answers for it}; a query for 100 keys."""
        found = {}
        for start in range(0, len(keys), AT_ONCE):
            places = {key: places_of(key) for key in keys[start : start + AT_ONCE]}
            by_place = defaultdict(list)
            for row in self.filter(place__in=set().union(*places.values())):
                by_place[row.place].append(row)
            for key, some in places.items():
                rows = [row for place in some for row in by_place.get(place, ())]
                if row := self._first(key, rows):
                    found[key] = row
        return found

    def _first(self, key, rows):
        rows = list(rows)
        if not rows:
            return None
        found = {(row.match, row.key): row for row in rows}
        wanted = [
            *((self.model.Match.EXACT, each) for each in spellings(key)),
            *((self.model.Match.PREFIX, each) for each in folders(key)),
        ]
        row = next((found[each] for each in wanted if each in found), None)
        return row or _best([row for row in rows if row.lead(key) is not None])

    def leading_by_query(self, key):
        """Return the redirect that is meant for a key with just this query.

        It counts although a page stands at the path: /?p=123 is not the home page.
        """
        exact = [each for each in spellings(key) if "?" in each]
        places = {digest(each) for each in (*exact, *folders(key))}
        rows = [row for row in self.filter(place__in=places) if "?" in row.key]
        found = {row.key: row for row in rows if row.match == self.model.Match.EXACT}
        row = next((found[each] for each in exact if each in found), None)
        return row or _best([row for row in rows if row.lead(key) is not None])


def _best(rows):
    return max(
        (row for row in rows if row.match == row.Match.PATTERN),
        key=lambda row: (len(row.key.replace("*", "")), -row.pk),
        default=None,
    )


class MissingPageQuerySet(models.QuerySet):
    def waiting(self):
        """What people asked for and nobody has settled: the inbox as it opens."""
        return self.filter(is_settled=False, is_probe=False, hits__gt=0)

    def settle(self, redirect):
        """Take what a new redirect answers out of the inbox."""
        if redirect.match == redirect.Match.EXACT:
            bare = redirect.key.rstrip("/") or "/"
            digests = [digest(redirect.key), digest(bare)]
            queries = Q(address__startswith=f"{redirect.key}?")
            self.filter(Q(digest__in=digests) | queries).delete()
            return
        literal = redirect.key.partition("*")[0].rstrip("/")
        rows = self.filter(address__startswith=literal).values_list("pk", "address")
        covered = [pk for pk, address in rows if redirect.lead(address) is not None]
        for start in range(0, len(covered), 500):
            self.filter(pk__in=covered[start : start + 500]).delete()
