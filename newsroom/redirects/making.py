"""Redirects that nobody types: of what moved, was merged or is gone for good."""

from django.db import transaction

from articles.storing import store
from authors.shown import are_many, change
from newsroom.redirects.addresses import digest, folders, is_ours, normal, spellings
from newsroom.redirects.models import AT_ONCE, MissingPage, Redirect

EXACT, PREFIX = Redirect.Match.EXACT, Redirect.Match.PREFIX


def leave(moves, *, made_by, match=EXACT):
    """Let old addresses lead to where their pages stand now.

    `moves` is [(old, new)], "" for what is gone; what is new is a page, or will be:
    redirects *of* that address go, so that a page that moves back finds no ring. All
    that led to an old address leads to the new one. A few queries for 500 moves.
    """
    moves = list(_settled(moves).items())
    for start in range(0, len(moves), AT_ONCE):
        with transaction.atomic():
            _leave(dict(moves[start : start + AT_ONCE]), made_by, match)


def forget(targets, *, made_by):
    """Delete the redirects of this maker that lead to any of these addresses."""
    digests = [digest(normal(target)) for target in targets]
    for start in range(0, len(digests), AT_ONCE):
        some = digests[start : start + AT_ONCE]
        rows = Redirect.objects.filter(made_by=made_by, target_digest__in=some)
        keys = set().union(*(row.missing_keys() for row in rows))
        rows.delete()
        change(*keys)


def _settled(moves):
    """Return {old: where it leads in the end} of moves that may be links of a chain."""
    moves = {old: new for old, new in moves if normal(old) != normal(new or "/")}
    ends = {normal(old): new for old, new in moves.items()}
    for old, new in moves.items():
        seen = {normal(old)}
        while new and normal(new) in ends and normal(new) not in seen:
            seen.add(normal(new))
            new = ends[normal(new)]
        moves[old] = new
    return {
        old: new for old, new in moves.items() if not new or normal(new) != normal(old)
    }


def _leave(moves, made_by, match):
    rows = {}
    for old, new in moves.items():
        row = Redirect(old=old, match=match, made_by=made_by)
        row.aim(new)
        row.fill()
        rows[row.digest] = row
    _make_room(rows, match)
    _lead_on(rows)
    digests, keys = list(rows), set()
    if not are_many():
        keys.update(*(row.missing_keys() for row in rows.values()))
    kept = Redirect.objects.filter(match=match, digest__in=rows)
    for stored in kept:
        row = rows.pop(stored.digest)
        stored.answer = row.answer
        stored.aim(row.target)
        stored.save(update_fields=["target", "target_digest", "answer"])
    store(rows.values())
    MissingPage.objects.filter(digest__in=digests).delete()
    change(*keys)


def _make_room(rows, match):
    """Take away the redirects of addresses at which pages stand from now on."""
    targets = {row.target_digest for row in rows.values() if row.target}
    at_it = Redirect.objects.filter(digest__in=targets, match__in=[EXACT, match])
    at_it.delete()


def _lead_on(rows):
    """Let what led to the old addresses lead to the new ones; drop what is a ring."""
    pointing = Redirect.objects.filter(target_digest__in=rows)
    changed = []
    for other in pointing:
        row = rows[other.target_digest]
        if other.digest == row.target_digest:
            other.delete()
            continue
        other.aim(row.target)
        changed.append(other)
    Redirect.objects.bulk_update(changed, ["target", "target_digest", "answer"])


def make_many(rows):
    """Store new redirects that were checked, as `save` would, with few queries.

    Chains are looked for only where something stored, or among the rows, is a link.
    """
    for start in range(0, len(rows), AT_ONCE):
        with transaction.atomic():
            _make_some(rows[start : start + AT_ONCE])


def _make_some(rows):
    simple = []
    for row in rows:
        row.fill()
        if row.match == EXACT:
            simple.append(row)
        else:
            row.save()
    places = {}
    for row in simple:
        if is_ours(row.target):
            key = normal(row.target)
            for each in {*spellings(key), *folders(key)}:
                places.setdefault(digest(each), []).append(row)
    linked = set()
    keys = list(places)
    for start in range(0, len(keys), AT_ONCE):
        found = Redirect.objects.filter(place__in=keys[start : start + AT_ONCE])
        for place in found.values_list("place", flat=True):
            linked.update(map(id, places[place]))
    for row in simple:
        if id(row) in linked:
            row.shorten()
    store(simple)
    digests = [row.digest for row in simple]
    pointed_at = Redirect.objects.filter(target_digest__in=digests)
    for each in set(pointed_at.values_list("target_digest", flat=True)):
        Redirect.objects.get(digest=each, match=EXACT).shorten_others()
    MissingPage.objects.filter(digest__in=digests).delete()
    change(*(key for row in simple for key in row.missing_keys()))
