"""Where imported stories stand: at their old address, or at a new one."""

from urllib.parse import unquote
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from articles.models import Article, Page
from articles.paths import (
    address_key,
    path_for,
    quoted,
    validate_address,
    validate_path,
)

# So many numbers are tried at once behind a headline that is taken.
NUMBERS = 50


def place(articles, stories, choices):
    """Give each article its path; return [(old address, article)] of redirects.

    With three queries, however many there are. Drafts keep a free old address too,
    so that a later publication does not break it.
    """
    wanted = {story.address for story in stories if story.address}
    taken = _taken(wanted)
    moves, without = [], []
    for article, story in zip(articles, stories, strict=True):
        address = story.address
        if address and not choices.has_new_paths and _is_usable(address, story):
            if not taken & _spellings(address):
                article.path = address
                taken |= _spellings(address)
            else:
                story.note(
                    "address-taken",
                    "Something stands at this address already; it got a new one.",
                    sample=address,
                )
        elif address and choices.has_new_paths:
            moves.append((address, article))
        if not article.path and article.status == Article.Status.PUBLISHED:
            without.append(article)
        moves += [(other, article) for other in story.other_addresses]
    _assign(without, taken)
    return moves


def _is_usable(address, story, validate=validate_address):
    try:
        validate(address)
    except ValidationError as error:
        story.note("address", error.messages[0], sample=address)
        return False
    return True


def _spellings(address):
    """Return what tells an address from others: its spellings, and their common key."""
    if key := address_key(address):
        return {address, key}
    return {address, unquote(address), quoted(address)}


def _taken(addresses):
    """Return those spellings of the addresses at which something stands."""
    asked = set().union(*map(_spellings, addresses)) if addresses else set()
    keys = {each for each in asked if isinstance(each, UUID)}
    paths = asked - keys
    found = set()
    for model in (Article, Page):
        rows = model.objects.filter(path__in=paths).order_by()
        found.update(rows.values_list("path", flat=True))
    if keys:
        rows = Article.objects.filter(address_key__in=keys).order_by()
        found.update(rows.values_list("address_key", flat=True))
    return found


def _assign(articles, taken):
    """Give articles the addresses that Article.assign_path would, all at once."""
    choices = {}
    for article in articles:
        day = timezone.localtime(article.published_at or timezone.now())
        wanted = path_for(article.headline, day)
        stem = wanted.rstrip("/")
        numbered = [f"{stem}-{number}/" for number in range(2, NUMBERS)]
        choices[id(article)] = [wanted, *numbered]
    # Only where the first is taken are the numbers asked for.
    taken |= _taken({paths[0] for paths in choices.values()})
    crowded = [p for paths in choices.values() if paths[0] in taken for p in paths]
    if crowded:
        taken |= _taken(set(crowded))
    for article in articles:
        paths = choices[id(article)]
        article.path = next((path for path in paths if path not in taken), None)
        if article.path is None:
            article.assign_path()
        taken.add(article.path)


def page_path(story):
    """Return where a simple page is to stand: its old address, if it is free."""
    address = story.address
    is_short = len(address) <= Page._meta.get_field("path").max_length
    is_good = address and is_short and _is_usable(address, story, validate_path)
    if is_good and not _taken({address}):
        return address
    stem = path_for(story.headline, timezone.now(), fallback="page").split("/")[3]
    number = 1
    while True:
        path = f"/{stem}/" if number == 1 else f"/{stem}-{number}/"
        number += 1
        if _is_usable(path, story, validate_path) and not _taken({path}):
            return path
        if number > NUMBERS:
            stem = f"page-{stem}"[:100]
            number = 1
