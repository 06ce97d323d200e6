"""Whether something of the site's own stands at an address."""

import re
from urllib.parse import unquote

from django.urls import Resolver404, resolve

from articles.models import Article, Page, Section, Series, Tag
from authors.models import Author
from newsroom.redirects.addresses import path_of

SUBJECTS = {
    "articles:section": Section,
    "articles:tag": Tag,
    "articles:series": Series,
    "authors:detail": Author,
}
AT_ONCE = 100  # keys; each is looked for in a few spellings


def standing(keys):
    """Return those of the keys at which readers find a page: {key}.

    An address with a query counts only where an article was born with it: what a
    page answers to any query is no reason to keep an old address from leading on.
    """
    found, paths, slugs = set(), {}, {}
    for key in keys:
        try:
            view = resolve(unquote(path_of(key)))
        except Resolver404:
            continue
        if "?" in key or view.view_name == "articles:detail":
            paths.update(dict.fromkeys(_as_stored(key), key))
        elif view.view_name in SUBJECTS:
            names = slugs.setdefault(SUBJECTS[view.view_name], {})
            names.setdefault(view.kwargs["slug"], []).append(key)
        else:
            found.add(key)
    for model, names in slugs.items():
        for slug in _there(model.objects.all(), "slug", list(names)):
            found.update(names[slug])
    for model in (Article, Page):
        found.update(
            paths[path] for path in _there(model.objects.live(), "path", list(paths))
        )
    return found


def _as_stored(key):
    """Return the spellings in which an article may have its path stored."""
    small = re.sub(r"%[0-9A-F]{2}", lambda escape: escape[0].lower(), key)
    return {key, small, unquote(key)}


def _there(rows, name, values):
    for start in range(0, len(values), AT_ONCE):
        some = {f"{name}__in": values[start : start + AT_ONCE]}
        yield from rows.filter(**some).order_by().values_list(name, flat=True)
