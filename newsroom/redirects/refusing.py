"""What no redirect may be, in sentences for the editor."""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from newsroom.models import validate_link
from newsroom.redirects import addresses
from newsroom.redirects.addresses import first_of
from newsroom.redirects.models import Redirect
from newsroom.redirects.standing import standing

# Patterns that begin in one folder: all of them are tried for each missing page there.
PATTERNS = 200
STARS = 9
EXACT, PREFIX, PATTERN = Redirect.Match.values


def refuse(redirect):
    """Raise ValidationError, by field, for what cannot be; else fill the redirect."""
    problems = {}
    for name, check in (("old", wrong_old), ("target", wrong_target)):
        if sentence := check(redirect):
            problems[name] = sentence
    if problems:
        raise ValidationError(problems)
    redirect.old = addresses.at_home(redirect.old)
    redirect.fill()
    if sentence := taken(redirect):
        raise ValidationError({"old": sentence})
    redirect.shorten()
    for _row in redirect.shortened():
        pass


def wrong_old(redirect):
    """Return what is wrong with an old address in itself, or None."""
    old = addresses.at_home(redirect.old)
    if not old.startswith("/"):
        return _("An old address is one of this site: it begins with “/”.")
    if old.startswith("//") or "#" in old or "%00" in old or "\0" in old:
        return _("An old address has no “#”, and begins with one “/”.")
    key = addresses.normal(old)
    if len(key) > addresses.MAX_KEY:
        return _("This is too long once it is escaped: %(count)d letters.") % {
            "count": len(key)
        }
    if first_of(key) in addresses.OWN:
        return _("Addresses under “/%(first)s” belong to the site itself.") % {
            "first": first_of(key)
        }
    if redirect.match == PATTERN:
        return wrong_pattern(key)
    if "*" in old:
        return _("A “*” counts in a pattern only: choose “a pattern”.")
    if redirect.match == PREFIX and "?" in old:
        return _("“Everything below” is a folder: leave out the “?” and what follows.")
    if redirect.match == PREFIX and key == "/":
        return _("This would cover every missing page of the site.")
    return None


def wrong_pattern(key):
    if "*" not in key:
        return _("A pattern has a “*”, which stands for any letters.")
    if key.count("*") > STARS:
        return _("A pattern has nine “*” at most.")
    if not re.search(r"\w", key.replace("*", "")):
        return _("This would cover every missing page of the site.")
    return None


def wrong_target(redirect):
    """Return what is wrong with where it leads, or None."""
    target = addresses.at_home(redirect.target.strip())
    if redirect.answer == Redirect.Answer.GONE:
        if target:
            return _("What is gone leads nowhere: leave this empty.")
        return None
    if not target:
        return _("Say where it leads, or answer “gone”.")
    try:
        validate_link(target)
        urlsplit(target)
    except ValidationError as error:
        return " ".join(error.messages)
    except ValueError:
        return _("This is no address of another site.")
    is_folder = target.endswith("/") and not re.search("[?#]", target)
    if redirect.match == PREFIX and redirect.keeps_rest and not is_folder:
        return _("What follows is kept behind a folder: end this with “/”.")
    if redirect.match == PATTERN:
        return wrong_places(target, addresses.normal(redirect.old).count("*"))
    return None


def wrong_places(target, stars):
    """Return what is wrong with the $1, $2 … of a pattern's target, or None."""
    if any(int(number) > stars for number in re.findall(r"\$([1-9])", target)):
        return _("There are fewer “*” than that: $1 is the first, $2 the second.")
    # Whose site it is must not depend on what was asked for.
    if re.match(r"https?://[^/?#]*\$", target, re.IGNORECASE):
        return _("$1 may stand behind the name of the site, not in it.")
    return None


def taken(redirect):
    """Return why its old address is not free, or None."""
    others = Redirect.objects.exclude(pk=redirect.pk)
    if others.filter(digest=redirect.digest, match=redirect.match).exists():
        return _("There is a redirect of this address already.")
    if redirect.match == PATTERN:
        others = others.filter(match=PATTERN, place=redirect.place)
        if others.count() >= PATTERNS:
            return _(
                "There are %(count)d patterns in this folder already: too many."
            ) % {"count": PATTERNS}
    is_as_stored = Redirect.objects.filter(pk=redirect.pk, digest=redirect.digest)
    if redirect.match == EXACT and standing([redirect.key]) and not is_as_stored:
        return page_stands_there()
    return None


def page_stands_there():
    return _(
        "A page stands at this address, and readers get the page. Move it or take it "
        "down first."
    )
