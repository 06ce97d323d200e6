"""What readers' templates (templates/readers/) are made with.

They are Jinja2's, which compiles a template to Python: pages that nobody asked for
before are rendered while a reader waits. The desk's templates are Django's.
"""

from functools import cache, lru_cache

from django.template import defaultfilters
from django.templatetags.static import static
from django.utils import translation
from django.utils.text import Truncator
from jinja2 import Environment, StrictUndefined, pass_context
from markupsafe import Markup

from articles import markup
from articles.translations import name_of as language_name
from authors import addresses
from newsroom import structured
from newsroom.blocks import markup as blocks

# What base.html and those it is given to ask for, and not every page has.
ABSENT = dict.fromkeys(("article", "section", "tag", "body", "preview"))


class Readers(Environment):
    def make_globals(self, d):
        """Give templates the environment's own names, where they have no others.

        Jinja2 gives each a ChainMap, so that it could change its own. Ours do not; and
        with every import and include Python walks through such a map.
        """
        return super().make_globals(d) if d else self.globals


def make(**options):
    """Return the environment for settings.TEMPLATES.

    A name that a page does not have is an error, here and in the tests, and no gap in
    what a reader sees.
    """
    environment = Readers(
        **options | {"undefined": StrictUndefined},
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "capfirst": defaultfilters.capfirst,
        "date": markup.date,
        "day": markup.day,
        "direction": markup.direction,
        "iriencode": defaultfilters.iriencode,
        "iso": markup.iso,
        "isolated": markup.isolated,
        "linebreaks": defaultfilters.linebreaks_filter,
        "linebreaksbr": defaultfilters.linebreaksbr,
        "near": markup.near,
        "refined": markup.refined,
        "truncatechars": truncated,
        "web_address": markup.web_address,
    }
    environment.globals |= {
        **ABSENT,
        "_": gettext,
        "ngettext": ngettext,
        "pgettext": pgettext,
        # The storage reads its list of names once as well.
        "static": cache(static),
        "url": addresses.address_of,
        "authors_of": markup.authors_of,
        "byline": markup.byline,
        "language_name": language_name,
        "minutes_to_read": markup.minutes_to_read,
        "names_of": markup.names_of,
        "picture": markup.picture,
        "blocks": blocks.blocks,
        "has_blocks": blocks.has_blocks,
        "link_words": blocks.link_words,
        "mail_link": blocks.mail_link,
        "menu": blocks.menu,
        "network_link": blocks.network_link,
        "part": blocks.part,
        "whole": whole,
        "cut_to_share": structured.cut_to_share,
        "list_data": structured.list_data,
        "shared_picture": structured.shared_picture,
        "site_data": structured.site_data,
        "story_data": structured.story_data,
    }
    return environment


@pass_context
def whole(context, address):
    """Return an address of the site with scheme and host, whichever host was asked."""
    return addresses.whole(address, context["request"])


def truncated(text, length):
    """Return no more than so many characters of a text, as Django counts them."""
    return text if len(text) <= length else Truncator(text).chars(length)


# Translations. What a translator wrote is markup, as in Django's templates; what is
# put into it is escaped. A text without values is no format: "%" is a sign like others.


def gettext(text, **values):
    """Return a text in the reader's language, with values for its `%(name)s`."""
    said = _gettext(text, translation.get_language())
    return said % values if values else said


def ngettext(one, many, number, **values):
    """Return what is said of this number of things."""
    said = Markup(translation.ngettext(one, many, number))
    return said % values if values else said


def pgettext(context, text):
    """Return a text in the reader's language, where English says two with one word."""
    return Markup(translation.pgettext(context, text))


@lru_cache(maxsize=1024)
def _gettext(text, language):
    return Markup(translation.gettext(text))
