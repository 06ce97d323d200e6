"""What readers' pages show of a row, as surrogate keys.

Pages note keys while they are rendered (authors/shown.py); this module says which of
them a change concerns. An article has four: `article-12` is on its own page, and
`article-12-card` on every page that shows its card, `article-12-line` where no more
than the headline stands, `article-12-place` where no more than a link to it does.
Authors, sections, tags and series have cards, too. Lists have keys of their own, so
that what could enter a list throws away the pages of that list and no others:

`latest months in-month-2026-11 in-section-2 in-series-1 tagged-5 by-author-3 tags
authors series sections pages corrections`; `related-5` is on stories with a tag,
`beside-12` on the page whose previous or next story changed, `newest-in-section-2` on
the one that has no next story yet. Feeds hold the keys of their list and, whole, of
each story. A month's sitemap is a list, too: what it tells of a story changed where
`mapped-2026-11` says so, and `mapped` says that a story is in no sitemap any more, or
is again.
"""

from collections import defaultdict

from django.utils import timezone

from articles import neighbours
from articles.models import (
    Article,
    ArticleTag,
    Byline,
    Correction,
    Page,
    Picture,
    RelatedStory,
    Section,
    Series,
    Tag,
    Translation,
)
from articles.translations import group_key
from authors.models import Author, AuthorLink
from newsroom.blocks.models import (
    AdvertiseBlock,
    ShareBlock,
    ShareBlockNetwork,
    ShareNetwork,
)
from newsroom.crawlers.models import Agent, CrawlRule, SiteFiles
from newsroom.feeds.models import PartnerFeed
from newsroom.models import MenuItem, Publication
from newsroom.redirects.models import Redirect

# Columns readers see nothing of. A new column counts as seen until it stands here.
UNSEEN = {
    *("id", "version", "created_at", "created_by", "updated_at", "copy_of", "base"),
    *("has_unpublished_changes", "changes_due_at", "planned_for", "embargo_until"),
    *("submitted_at", "approved_at", "approved_by", "trashed_at", "trashed_by"),
    *("trashed_from", "announced_at", "end_announced_at", "address_key"),
}
SEEN = [f.attname for f in Article._meta.concrete_fields if f.name not in UNSEEN]
NAMES = {f.name for f in Article._meta.concrete_fields if f.name not in UNSEEN}
# What templates/readers/articles/_headline.html shows, beside the headline of lists;
# _card.html shows more, and feeds of corrections the headline itself.
PLACE = {"path", "language"}
LINE = {*PLACE, "published_at", "retracted_at"}
CARD = {"headline", "standfirst", "section_id", "lead_picture_id"}
# What decides whether a story stands in sitemaps, and what these tell of it.
LISTED = {"is_no_index", "canonical_url"}
MAPPED = {"path", "material_update_at", "lead_picture_id", *LISTED}
# What bylines, kickers, lists of tags show; all of it, of what has no cards.
CARDS = {
    Author: ("name", "slug"),
    Section: ("name", "slug", "back_label", "parent_id"),
    Series: ("name", "slug"),
    Tag: ("name", "slug"),
}
# Stands on every story, beside `beside-12`.
STORIES = "stories"
# Lists of all of them.
INDEXES = {
    Author: {"authors"},
    Tag: {"tags"},
    Section: {"sections"},
    Series: {"series"},
}


def stored(row, update_fields=None):
    """Return a row as the database has it, before it is saved or deleted.

    None for a new one, for what needs no comparing, and where `update_fields` names
    nothing of an article that readers see.
    """
    model = type(row)
    if row._state.adding or model not in COMPARED:
        return None
    rows = model.objects.order_by().filter(pk=row.pk)
    if model is Article:
        if update_fields is not None and not NAMES & set(update_fields):
            return None
        rows = rows.only(*SEEN)
    return rows.first()


def keys_of(old, row):
    """Return the keys of what a save changed; `old` is what `stored` returned."""
    return KEYS[type(row)](old, row)


def limited_to(row):
    """Return the blocks that are limited to a section or a tag, else an empty list."""
    name = {Section: "sections", Tag: "tags"}.get(type(row))
    models = BLOCKS if name else ()
    return [block for m in models for block in m.objects.filter(**{name: row})]


def keys_of_blocks(blocks):
    return set().union(*(_of_block(None, block) for block in blocks))


def keys_of_gone(old, row):
    """Return the keys of what a row's deletion changed."""
    if type(row) is Article:
        if old is None or old.status == Article.Status.WORKING:
            return set()
        return gone(old) if old.is_live() else everywhere(old)
    return keys_of(None, row)


def _of_article(old, article):
    now = timezone.now()
    if article.status == Article.Status.WORKING:
        return set()
    was_live = old is not None and old.is_live(now)
    is_live = article.is_live(now)
    different = _different(SEEN, old, article)
    if not different:
        return set()
    if not (was_live or is_live):
        # Its address may be kept as the page of something gone.
        return {article.shown_key(), "headlines"} if old else set()
    keys = {article.shown_key()}
    is_renamed = old is not None and old.list_headline != article.list_headline
    if was_live != is_live or different & LINE or is_renamed:
        keys = everywhere(article)
        if was_live == is_live and not different & PLACE:
            keys.remove(article.place_key())
    elif different & CARD:
        keys.add(article.card_key())
        # Pages of what is missing look into the headline itself.
        keys |= {"headlines"} if "headline" in different else set()
    states = [state for state in (old, article) if state is not None]
    if was_live != is_live or "published_at" in different:
        keys.update(lists_of(*states), *map(beside, states))
        if is_live:
            keys |= related(article)
    elif "section_id" in different:
        keys.update(*({f"in-section-{s.section_id}", *beside(s)} for s in states))
        keys.add("sections")
    if different & {"series_id", "series_position"}:
        keys |= {f"in-series-{s.series_id}" for s in states}
        keys |= {"series"} if any(s.series_id for s in states) else set()
    if was_live and is_live:
        # Of what enters or leaves, its month and the index say so.
        if different & MAPPED:
            keys |= mapped(*(state.published_at for state in states))
        if different & LISTED:
            keys |= {"mapped", *translations_of(article)}
    return keys


def mapped(*moments):
    """Return the keys of the sitemaps of stories that came out at these moments."""
    moments = [timezone.localtime(moment) for moment in moments if moment]
    return {f"mapped-{moment:%Y-%m}" for moment in moments}


def _different(names, old, row):
    return {n for n in names if old is None or getattr(old, n) != getattr(row, n)}


def _of_part(old, part):
    """Return the keys of what belongs to an article; none of a working copy's."""
    return {part.article.shown_key()} if part.article.is_live() else set()


def _of_correction(old, correction):
    keys = _of_part(old, correction)
    return {*keys, "corrections"} if keys else keys


def _of_byline(old, byline):
    keys = _of_part(old, byline)
    if keys:
        keys |= {byline.article.card_key(), f"by-author-{byline.author_id}", "authors"}
    return keys


def _of_tagging(old, tagging):
    article = tagging.content_object
    if not article.is_live():
        return set()
    keys = {article.shown_key(), f"tagged-{tagging.tag_id}", "tags"}
    # Where it is related no more, its line stands.
    return keys | {f"related-{tagging.tag_id}", article.line_key()}


def _of_subject(old, row):
    """Return the keys of an author, a section, a series or a tag."""
    keys = {row.shown_key()}
    different = _different(CARDS[type(row)], old, row)
    if different:
        keys |= {row.card_key(), *INDEXES.get(type(row), ())}
    if isinstance(row, Section) and different:
        # A menu says no more of it.
        if different & {"name", "slug"}:
            keys |= _of_menus(is_moved="slug" in different, section=row)
        parents = {row.parent_id, old.parent_id if old else None} - {None}
        if "parent_id" in different:
            keys |= {f"in-section-{pk}" for pk in (row.pk, *parents)}
    return keys


def _of_page(old, page):
    keys = {page.shown_key()}
    states = [state for state in (old, page) if state is not None]
    different = _different(
        ("title", "path", "language", "purpose", "is_published", "trashed_at"),
        old,
        page,
    )
    if different and any(s.is_published and not s.trashed_at for s in states):
        keys.add("pages")
        is_moved = bool(different - {"title", "language", "purpose"})
        keys |= _of_menus(is_moved=is_moved, page=page)
    return keys


def _of_picture(old, picture):
    """Return the picture's key, and those of the sitemaps that name its file."""
    led = Article.objects.live().filter(lead_picture=picture).order_by()
    moments = led.values_list("published_at", flat=True)
    return {picture.shown_key(), *mapped(*moments)}


def _of_menus(*, is_moved, **target):
    """Every page shows the menus: all go when a line of them changes."""
    lines = MenuItem.objects.filter(**target)
    if not is_moved:
        # One with words of its own does not say the name of where it leads.
        lines = lines.filter(label="")
    return {"furniture"} if lines.exists() else set()


def _of_menu_item(old, item):
    """No menu shows an item that leads to a page which readers may not see."""
    states = filter(None, (old, item))
    is_shown = any(state.page is None or state.page.is_live() for state in states)
    return {"furniture"} if is_shown else set()


def _of_block(old, block):
    """Return the keys of the pages that show a block, and of those that may now.

    What it is limited to decides: a block of one section concerns its pages only.
    """
    keys = {f"{block._meta.model_name}-{block.pk}"}
    for state in filter(None, (old, block)):
        if state.is_active:
            place = f"blocks-{state.placement}"
            sections = state.sections.values_list("pk", flat=True)
            tags = state.tags.values_list("pk", flat=True)
            keys |= (
                {f"{place}-s{pk}" for pk in sections}
                or {f"{place}-t{pk}" for pk in tags}
                or {place}
            )
    return keys


def _of_redirect(old, redirect):
    """Redirects are in no page; what is kept is that nothing stands at an address."""
    return redirect.missing_keys() | (old.missing_keys() if old else set())


BLOCKS = (AdvertiseBlock, ShareBlock)
# What belongs to an article, and where it says so.
PARTS = {
    Translation: "article",
    ArticleTag: "content_object",
    Byline: "article",
    Correction: "article",
    RelatedStory: "article",
}
# Rows that choose sections, tags or authors.
CHOOSING = (*BLOCKS, PartnerFeed)
COMPARED = {Article, MenuItem, Page, Redirect, *CARDS, *BLOCKS}
# A new model that readers see something of gets its line here.
KEYS = {
    Article: _of_article,
    Byline: _of_byline,
    ArticleTag: _of_tagging,
    Correction: _of_correction,
    RelatedStory: _of_part,
    Translation: lambda old, row: {
        f"article-{row.article_id}",
        f"translations-{group_key(row.group)}",
    },
    **dict.fromkeys(CARDS, _of_subject),
    AuthorLink: lambda old, link: {f"author-{link.author_id}"},
    Picture: _of_picture,
    Page: _of_page,
    Publication: lambda old, publication: {"furniture"},
    MenuItem: _of_menu_item,
    **dict.fromkeys(BLOCKS, _of_block),
    ShareBlockNetwork: lambda old, row: {f"shareblock-{row.block_id}"},
    ShareNetwork: lambda old, network: {"blocks"},
    PartnerFeed: lambda old, feed: {feed.shown_key()},
    CrawlRule: lambda old, rule: {"crawling"},
    Agent: lambda old, agent: {"crawling"},
    SiteFiles: lambda old, files: {"crawling"},
    Redirect: _of_redirect,
}


def whole(article):
    """Return the keys of an article and of every list it may be in."""
    return gone(article) | related(article)


def of_many(articles):
    """Return the keys of articles that were written at once, with three queries.

    Of each story's neighbours nobody asks: all stories go.
    """
    articles = [a for a in articles if a.status != Article.Status.WORKING]
    keys = set().union(*map(everywhere, articles))
    return keys | lists_of(*articles) | related(*articles) | {STORIES}


def article_of(row):
    """Return the article that a row is, or belongs to; else None."""
    if isinstance(row, Article):
        return row
    name = PARTS.get(type(row))
    return name and getattr(row, name)


def moments_ahead(article):
    """Return the moments to come at which readers see an article, or no longer do."""
    if article.status != Article.Status.PUBLISHED:
        return set()
    now = timezone.now()
    moments = (article.published_at, article.expires_at)
    return {moment for moment in moments if moment and moment > now}


def ahead(articles):
    """Return {moment: keys} of what time alone will change, of articles.

    Three queries for each moment. Who stands beside a story that is still to come is
    not known yet, but that it will be the newest: its neighbour has no next one now.
    One that ends stands by name on the pages of its neighbours and of related stories.
    """
    due = defaultdict(list)
    for article in articles:
        for moment in moments_ahead(article):
            due[moment].append(article)
    return {
        moment: set().union(*map(everywhere, those))
        | lists_of(*those)
        | _of_new(*(a for a in those if a.published_at == moment))
        for moment, those in due.items()
    }


def _of_new(*articles):
    return related(*articles) | {neighbours.newest_key(a) for a in articles}


def gone(article):
    """Return the keys of an article that was live until now."""
    return everywhere(article) | lists_of(article) | beside(article)


def everywhere(article):
    """Return the keys of all pages that show anything of an article."""
    keys = {article.shown_key(), article.card_key()}
    keys |= {article.line_key(), article.place_key()}
    # Pages of what is gone look for headlines like their address.
    return keys | {"headlines"}


def related(*articles):
    """Return the keys of the stories these may become related to, or translate.

    Where one stops to be, its line stands: that key is enough.
    """
    own = [a.pk for a in articles]
    tags = ArticleTag.objects.filter(content_object__in=own)
    return {
        *(f"related-{pk}" for pk in tags.values_list("tag_id", flat=True)),
        *translations_of(*articles),
    }


def translations_of(*articles):
    """Return the keys of the stories that name these as translations."""
    rows = Translation.objects.filter(article__in=[a.pk for a in articles])
    groups = rows.values_list("group", flat=True)
    return {f"translations-{group_key(group)}" for group in groups}


def lists_of(*articles):
    """Return the keys of the lists articles are in, or would be if they were live."""
    articles = [article for article in articles if article.published_at]
    if not articles:
        return set()
    keys = {"latest", "months", "tags", "authors"}
    for article in articles:
        keys.add(f"in-month-{timezone.localtime(article.published_at):%Y-%m}")
        if article.section_id:
            keys |= {f"in-section-{article.section_id}", "sections"}
        if article.series_id:
            keys |= {f"in-series-{article.series_id}", "series"}
    own = [article.pk for article in articles]
    tags = ArticleTag.objects.filter(content_object__in=own)
    bylines = Byline.objects.filter(article__in=own).order_by()
    keys |= {f"tagged-{pk}" for pk in tags.values_list("tag_id", flat=True)}
    return keys | {f"by-author-{pk}" for pk in bylines.values_list("author", flat=True)}


def beside(article):
    """Return the keys of the pages whose previous or next story it is, or becomes."""
    if not article.published_at:
        return set()
    pages = [
        *neighbours.beside(article, newer=False).values_list("pk")[:1],
        *neighbours.beside(article, newer=True).values_list("pk")[:1],
    ]
    return {f"beside-{pk}" for (pk,) in pages}
