"""The publish gate: what is looked at before readers see an article.

`findings(article)` is what the checks have to say of a row, or of a working copy;
`blocking(article)` is what of it stops a publication. Each check is a function of
a Story, which holds everything they need, so that the whole gate takes at most six
queries, however long the article (see `read`).

What readers of a live article see already never stops a change to it: a
correction must not wait for the alternative text of an old picture. Such findings
are advice.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.db.models import Q
from django.http.request import validate_host
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from lxml import html

from articles import signals
from articles.html import Loss, lost, word_count
from articles.models import Article, Byline, Page, Picture, PublishCheck, Revision
from articles.paths import RESERVED, quoted
from articles.rendering import HEADINGS, picture_ids

BLOCKING, ADVISORY, OFF = PublishCheck.Level.values
# Search engines and social networks cut a headline off at about this length, and
# the description of a page, which the standfirst becomes, at the second.
MAX_HEADLINE = 110
MAX_STANDFIRST = 300
# Fewer words than this are a cut like any other.
WORDS_THAT_COUNT = 50
SHARE_THAT_COUNTS = 0.25


@dataclass(frozen=True)
class Finding:
    """What one check has to say.

    `field` names a field of the article's form, or "bylines". `anchor` is "", or
    says where in the body: "text:" and how the paragraph begins, "picture:" and the
    number of its row, "image:" and its file, "link:" and its address.
    """

    check: str
    level: str
    message: str
    field: str
    anchor: str = ""

    @property
    def is_blocking(self):
        return self.level == BLOCKING


@dataclass(frozen=True)
class Check:
    """One line of the checklist."""

    name: str
    label: str
    level: str  # as long as the site says nothing else
    look: Callable  # (Story) → [(sentence, field, anchor), …]
    # An embargo is a promise to somebody outside; no site may switch it off.
    is_fixed: bool = False


@dataclass(frozen=True)
class Line:
    """A check with its level on this site and what it found."""

    check: Check
    level: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def state(self):
        """Return "ok", "blocking" or "advisory"."""
        if not self.findings:
            return "ok"
        stops = any(finding.is_blocking for finding in self.findings)
        return BLOCKING if stops else ADVISORY


@dataclass
class Story:
    """A row with what the checks ask about it, loaded at once."""

    article: Article
    goes_out_at: datetime
    has_byline: bool
    pictures: dict  # Picture rows by id: of the body, the lead, for social media
    open_paths: set  # of the paths linked to, those that readers can open
    body_before: str | None = None  # what the body is compared with

    @cached_property
    def root(self):
        return html.fragment_fromstring(self.article.body or "", create_parent="div")

    @cached_property
    def loss(self):
        if self.body_before is None:
            return Loss()
        return lost(self.body_before, self.article.body)


def findings(article, at=None):
    """Return what the checks find in an article, what blocks first.

    `at` is when it is to go out: now, unless it has a moment of its own ahead.
    """
    found = [finding for line in checklist(article, at) for finding in line.findings]
    return sorted(found, key=lambda finding: not finding.is_blocking)


def blocking(article, at=None):
    """Return the findings with which it must not go out."""
    return [finding for finding in findings(article, at) if finding.is_blocking]


def checklist(article, at=None):
    """Return a Line per check that is not switched off."""
    story, seen = read(article, at)
    levels = site_levels()
    lines = []
    for check in CHECKS:
        level = levels[check.name]
        if level == OFF:
            continue
        old = {str(message) for message, *_ in check.look(seen)} if seen else set()
        found = [
            Finding(check.name, level, str(message), where, anchor)
            for message, where, anchor in check.look(story)
        ]
        if not check.is_fixed:
            found = [
                replace(finding, level=ADVISORY) if finding.message in old else finding
                for finding in found
            ]
        lines.append(Line(check, level, found))
    return lines


def site_levels():
    """Return {name of a check: its level on this site}."""
    chosen = dict(PublishCheck.objects.values_list("check_name", "level"))
    return {
        check.name: check.level
        if check.is_fixed
        else chosen.get(check.name, check.level)
        for check in CHECKS
    }


def moment_of(article):
    """Return when an article, or the changes in a working copy, would go out."""
    now = timezone.now()
    planned = article.changes_due_at if article.copy_of_id else article.published_at
    return planned if planned and planned > now else now


def read(article, at=None):
    """Return (the article's Story, that of what readers see of it now, or None)."""
    at = at or moment_of(article)
    original = article.copy_of or article
    live = original if original.is_live() else None
    rows = [article] if live in (None, article) else [article, live]
    numbers = set()
    for row in rows:
        numbers |= picture_ids(row.body)
        numbers |= {row.lead_picture_id, row.social_picture_id} - {None}
    pictures = Picture.objects.in_bulk(numbers) if numbers else {}
    paths = {path for row in rows for path in linked_paths(row)}
    open_paths = readable(paths, at) | set(spelled(original.path or ""))
    before = _body_before(original) if live is None else live.body
    bylines = Byline.objects.filter(article__in=rows).order_by()
    signed = set(bylines.values_list("article_id", flat=True).distinct())
    stories = [Story(row, at, row.pk in signed, pictures, open_paths) for row in rows]
    stories[0].body_before = before
    if live is None:
        return stories[0], None
    return stories[0], replace(stories[-1], body_before=None)


def _body_before(article):
    """Return the body as readers last saw it, or as it was handed in; or None."""
    Event = Revision.Event
    return (
        article.revisions.filter(
            Q(was_public=True) | Q(event__in=[Event.SUBMITTED, Event.BEFORE])
        )
        .values_list("snapshot__body", flat=True)
        .first()
    )


# Links.


def is_ours(host):
    """Say whether an address with this host leads to the site itself."""
    hosts = [name for name in settings.ALLOWED_HOSTS if name != "*"]
    return validate_host(host, hosts)


def path_of(href, base="/"):
    """Return the path of our own that a link leads to, "" for any other address.

    With its query: an old story may be told by that alone.
    """
    try:
        parts = urlsplit(urljoin(base, href.strip()))
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in ("", "http", "https") or (host and not is_ours(host)):
        return ""
    first = parts.path.lstrip("/").partition("/")[0]
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    # The home page, lists, files: no story's address.
    return "" if first.lower() in RESERVED or "\x00" in path else path


def linked_paths(article):
    """Return the paths of our own that an article's body links to."""
    base = (article.copy_of or article).path or "/"
    hrefs = re.findall(r'<a[^>]* href="([^"]*)"', article.body)
    paths = {path_of(unescape(href), base) for href in hrefs if not is_empty(href)}
    return paths - {""}


def is_empty(href):
    return href.strip().lower() in ("", "#", "http://", "https://", "mailto:", "tel:")


def spelled(path):
    """Return the spellings under which an address may be stored, or be asked for."""
    plain = unquote(path)
    return {path, plain, quoted(path)} | {
        f"{form}/" for form in (path, plain, quoted(path)) if not path.endswith("/")
    }


def readable(paths, at):
    """Return those of the paths at which readers find something then.

    One query; where nothing stands at some, redirects that lead on from them are asked
    for, and one more query for what stands at their ends.
    """
    found = _standing(paths, at)
    if lost := set(paths) - found:
        asked = signals.addresses_asked.send(sender=Article, addresses=lost)
        ends = {old: new for _receiver, told in asked for old, new in told.items()}
        places = {old: path_of(new) for old, new in ends.items() if new}
        open_ends = _standing(set(places.values()) - {""}, at)
        # What is no story's place is another site's, or a list of ours.
        found |= {old for old, end in places.items() if not end or end in open_ends}
    return found


def _standing(paths, at):
    """Return those of the paths at which a story or page stands then."""
    spellings = {
        path: spelled(path) | spelled(path.partition("?")[0]) for path in paths
    }
    wanted = set().union(*spellings.values()) if spellings else set()
    if not wanted:
        return set()
    articles = Article.objects.live(at).filter(path__in=wanted).order_by()
    pages = Page.objects.filter(path__in=wanted, is_published=True).order_by()
    found = set(articles.values_list("path").union(pages.values_list("path")))
    found = {path for (path,) in found}
    return {path for path, forms in spellings.items() if forms & found}


# The checks. Each returns (sentence, field, anchor) for what it finds.


def _short(text, length=60):
    return Truncator(" ".join(text.split())).chars(length)


def _place(element):
    return f"text:{' '.join(element.text_content().split())[:80]}"


def headline_length(story):
    length = len(story.article.headline)
    if length > MAX_HEADLINE:
        message = _(
            "The headline has %(length)d characters; beyond %(most)d it is cut off "
            "in search results."
        )
        yield message % {"length": length, "most": MAX_HEADLINE}, "headline", ""


def standfirst(story):
    text = story.article.standfirst.strip()
    if not text:
        yield _("There is no standfirst."), "standfirst", ""
    elif len(text) > MAX_STANDFIRST:
        message = _("The standfirst has %(length)d characters; %(most)d are enough.")
        params = {"length": len(text), "most": MAX_STANDFIRST}
        yield message % params, "standfirst", ""


def text_missing(story):
    if not story.article.body.strip():
        yield _("There is no text."), "body", ""


def section(story):
    if story.article.section_id is None:
        yield _("It stands in no section."), "section", ""


def byline(story):
    if not story.has_byline:
        yield _("Nobody stands in the byline."), "bylines", ""


def alternative_text(story):
    lead = story.pictures.get(story.article.lead_picture_id)
    if lead and not lead.alt and not lead.is_decorative:
        message = _(
            "The lead picture has no alternative text and is not marked as decorative."
        )
        yield message, "lead_picture", ""
    for image in story.root.iter("img"):
        number = _number_of(image)
        picture = story.pictures.get(number)
        if image.get("alt", "").strip():
            continue
        if picture and (picture.alt or picture.is_decorative):
            continue
        message = _(
            "The picture “%(name)s” has no alternative text and is not marked as "
            "decorative."
        )
        name = str(picture) if picture else image.get("src", "").rpartition("/")[2]
        anchor = f"picture:{number}" if number else f"image:{image.get('src', '')}"
        yield message % {"name": _short(name)}, "body", anchor


def _number_of(image):
    figure = image.getparent()
    while figure is not None and figure.tag != "figure":
        figure = figure.getparent()
    number = figure.get("data-picture", "") if figure is not None else ""
    return int(number) if number.isdecimal() else None


def missing_picture(story):
    for figure in story.root.iter("figure"):
        number = figure.get("data-picture", "")
        if number.isdecimal() and int(number) not in story.pictures:
            message = _("Picture %(number)s has been deleted; readers do not see it.")
            yield message % {"number": number}, "body", f"picture:{number}"


def rights(story):
    article, day = story.article, timezone.localdate(story.goes_out_at)
    in_body = sorted(picture_ids(article.body))
    uses = [(article.lead_picture_id, "lead_picture", "")]
    uses += [(number, "body", f"picture:{number}") for number in in_body]
    uses += [(article.social_picture_id, "social_picture", "")]
    for number, where, anchor in uses:
        picture = story.pictures.get(number)
        if picture and picture.rights_expire_on and picture.rights_expire_on < day:
            message = _("The rights to the picture “%(name)s” ended on %(day)s.")
            ended = date_format(picture.rights_expire_on, "j F Y")
            params = {"name": _short(str(picture)), "day": ended}
            yield message % params, where, anchor


def quotation(story):
    for quote in story.root.iter("blockquote"):
        footer = quote.find("footer")
        named = footer is not None and footer.text_content().strip()
        # Readers get the address of the source printed below the words.
        if named or quote.get("cite"):
            continue
        message = _("It is not said whose words “%(words)s” are.")
        words = _short(quote.text_content())
        yield message % {"words": words}, "body", _place(quote)


def empty_link(story):
    for link in story.root.iter("a"):
        href, words = link.get("href", ""), " ".join(link.text_content().split())
        if is_empty(href):
            message = _("The link “%(words)s” leads nowhere.")
            yield message % {"words": _short(words)}, "body", f"link:{href}"
        elif not words and link.find(".//img") is None:
            message = _("A link to %(address)s has no words to click on.")
            yield message % {"address": _short(href)}, "body", f"link:{href}"


def unpublished_link(story):
    base = (story.article.copy_of or story.article).path or "/"
    told = set()
    for link in story.root.iter("a"):
        href = link.get("href", "")
        path = "" if is_empty(href) else path_of(href, base)
        if not path or path in story.open_paths or path in told:
            continue
        told.add(path)
        message = _("Readers find nothing at %(path)s, to which “%(words)s” leads.")
        words = _short(link.text_content() or href)
        yield message % {"path": path, "words": words}, "body", f"link:{href}"


def heading_order(story):
    # The headline is the page's first heading.
    before = 1
    for heading in story.root.iter(*HEADINGS):
        level = int(heading.tag[1])
        if level > before + 1:
            message = _("The heading “%(words)s” skips a level (%(from)s to %(to)s).")
            params = {"words": _short(heading.text_content())}
            params |= {"from": f"h{before}", "to": heading.tag}
            yield message % params, "body", _place(heading)
        before = level


def lost_text(story):
    loss = story.loss
    words = len(loss.words)
    all_words = word_count(story.body_before) if words >= WORDS_THAT_COUNT else 0
    parts = []
    if all_words and words > all_words * SHARE_THAT_COUNTS:
        share = {"words": words, "all": all_words}
        parts.append(_("%(words)d of %(all)d words") % share)
    if loss.pictures:
        parts.append(_("pictures: %(number)d") % {"number": len(loss.pictures)})
    if loss.tables:
        parts.append(_("tables: %(number)d") % {"number": loss.tables})
    if loss.embeds:
        parts.append(_("embeds: %(number)d") % {"number": len(loss.embeds)})
    if parts:
        message = _("Since the last version, the text lost %(parts)s.")
        yield message % {"parts": "; ".join(parts)}, "body", ""


def embargo(story):
    until = story.article.embargo_until
    if until and until > story.goes_out_at:
        when = date_format(timezone.localtime(until), "j F Y, H:i")
        message = _("There is an embargo until %(when)s.") % {"when": when}
        yield message, "embargo_until", ""


CHECKS = (
    Check("embargo", _("Embargo"), BLOCKING, embargo, is_fixed=True),
    Check("headline_length", _("Length of the headline"), ADVISORY, headline_length),
    Check("standfirst", _("Standfirst"), ADVISORY, standfirst),
    Check("text", _("Text"), ADVISORY, text_missing),
    Check("section", _("Section"), ADVISORY, section),
    Check("byline", _("Byline"), ADVISORY, byline),
    Check("alternative_text", _("Alternative texts"), BLOCKING, alternative_text),
    Check("missing_picture", _("Deleted pictures"), ADVISORY, missing_picture),
    Check("rights", _("Rights to pictures"), BLOCKING, rights),
    Check("quotation", _("Who is quoted"), ADVISORY, quotation),
    Check("empty_link", _("Empty links"), ADVISORY, empty_link),
    Check("unpublished_link", _("Links to our stories"), ADVISORY, unpublished_link),
    Check("heading_order", _("Order of headings"), ADVISORY, heading_order),
    Check("lost_text", _("Nothing got lost"), ADVISORY, lost_text),
)
