"""WXR 1.2, the file WordPress's importer takes: RSS with the `wp:` namespace.

Written as a stream: memory does not grow with the archive. Pages with their comments
closed, posts, pictures as attachments, sections as categories, tags, and authors. A
story of several authors names each by a term of the taxonomy "author", as the
Co-Authors Plus plugin does; WordPress itself takes the first.
"""

import re
from datetime import UTC, timedelta
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from lxml import html

from articles.models import Article, Correction, Document, Page, Picture, Section, Tag
from authors.addresses import whole
from authors.models import Author

VERSION = "1.2"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:wfw="http://wellformedweb.org/CommentAPI/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
"""
TAIL = "</channel>\n</rss>\n"
# What XML 1.0 has no place for (its chapter 2.2).
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NEVER = "0000-00-00 00:00:00"
STATUS = {
    Article.Status.DRAFT: "draft",
    Article.Status.REVIEW: "pending",
    Article.Status.PUBLISHED: "publish",
    Article.Status.WITHDRAWN: "private",
    Article.Status.TRASHED: "trash",
}
# Numbers of posts are one series in WordPress: articles, pages and files share it.
PAGES_FROM, PICTURES_FROM, DOCUMENTS_FROM = 100_000_000, 200_000_000, 300_000_000
ARTICLES = Article.objects.exclude(status=Article.Status.WORKING)


def text(value):
    """Return text for an element: escaped, without what XML cannot hold."""
    return escape(NOT_XML.sub("", str(value)))


def cdata(value):
    """Return text as CDATA, which ends at "]]>": where that stands, it is divided."""
    return (
        f"<![CDATA[{NOT_XML.sub('', str(value)).replace(']]>', ']]]]><![CDATA[>')}]]>"
    )


def markup(value):
    """Return plain text as CDATA of what WordPress prints as HTML: titles, names."""
    return cdata(escape(str(value)))


def login(author):
    """Return what WordPress knows an author by: 60 characters of ASCII at most."""
    is_login = author.slug.isascii() and len(author.slug) <= 60
    return author.slug if is_login else f"author-{author.pk}"


class Moments:
    """Moments for items: WordPress takes two of one title and second for the same."""

    def __init__(self):
        self.taken = set()

    def free(self, kind, title, moment):
        """Return the moment, or the first second after it that is free."""
        moment = moment.replace(microsecond=0)
        while (mark := hash((kind, title, moment))) in self.taken:
            moment += timedelta(seconds=1)
        self.taken.add(mark)
        return moment


def write(file, *, title, description="", language="en", on_step=lambda count: None):
    """Write the site into a text file; return how many items there are."""
    file.write(HEAD)
    for name, value in (
        ("title", title),
        ("link", settings.SITE_URL),
        ("description", description),
        ("pubDate", timezone.now().strftime("%a, %d %b %Y %H:%M:%S +0000")),
        ("language", language),
        ("wp:wxr_version", VERSION),
        ("wp:base_site_url", settings.SITE_URL),
        ("wp:base_blog_url", settings.SITE_URL),
    ):
        file.write(f"<{name}>{text(value)}</{name}>\n")
    for part in (*authors(), *categories(), *tags()):
        file.write(part)
    count = 0
    for item in items():
        file.write(item)
        count += 1
        on_step(1)
    file.write(TAIL)
    return count


def authors():
    for author in Author.objects.order_by("pk").iterator(chunk_size=500):
        given, _, family = author.name.rpartition(" ")
        yield (
            f"<wp:author><wp:author_id>{author.pk}</wp:author_id>"
            f"<wp:author_login>{cdata(login(author))}</wp:author_login>"
            f"<wp:author_email>{cdata(_email(author))}</wp:author_email>"
            f"<wp:author_display_name>{cdata(author.name)}</wp:author_display_name>"
            f"<wp:author_first_name>{cdata(given)}</wp:author_first_name>"
            f"<wp:author_last_name>{cdata(family)}</wp:author_last_name></wp:author>\n"
        )


def _email(author):
    """Return the address readers may know; WordPress shows none, but keeps it."""
    return author.email if author.is_email_public else ""


def categories():
    """Yield sections, parents first, as WordPress wants them."""
    sections = Section.objects.select_related("parent")
    for section in sorted(sections, key=lambda s: (s.parent_id is not None, s.pk)):
        parent = section.parent.slug if section.parent else ""
        yield (
            f"<wp:category><wp:term_id>{section.pk}</wp:term_id>"
            f"<wp:category_nicename>{cdata(section.slug)}</wp:category_nicename>"
            f"<wp:category_parent>{cdata(parent)}</wp:category_parent>"
            f"<wp:cat_name>{markup(section.name)}</wp:cat_name>"
            f"<wp:category_description>{markup(section.description)}"
            "</wp:category_description></wp:category>\n"
        )


def tags():
    for tag in Tag.objects.order_by("pk").iterator(chunk_size=500):
        yield (
            f"<wp:tag><wp:term_id>{tag.pk}</wp:term_id>"
            f"<wp:tag_slug>{cdata(tag.slug)}</wp:tag_slug>"
            f"<wp:tag_name>{markup(tag.name)}</wp:tag_name>"
            f"<wp:tag_description>{markup(tag.description)}</wp:tag_description>"
            "</wp:tag>\n"
        )


def items():
    """Yield attachments, posts and pages, each as XML."""
    moments = Moments()
    for picture in Picture.objects.order_by("pk").iterator(chunk_size=200):
        yield _picture(picture, moments)
    for document in Document.objects.order_by("pk").iterator(chunk_size=200):
        yield _document(document, moments)
    articles = ARTICLES.order_by("pk").select_related("section", "lead_picture")
    for article in articles.prefetch_related(
        "bylines__author", "tags", "corrections"
    ).iterator(chunk_size=100):
        yield _post(article, moments)
    for page in Page.objects.order_by("pk").iterator(chunk_size=100):
        yield _page(page, moments)


def _post(article, moments):
    bylines = [b for b in article.bylines.all() if not b.role] or article.bylines.all()
    names = {login(byline.author): byline.author.name for byline in bylines}
    terms = [("author", f"cap-{name}", names[name]) for name in names]
    if article.section:
        terms.append(("category", article.section.slug, article.section.name))
    terms += [("post_tag", tag.slug, tag.name) for tag in article.tags.all()]
    status = STATUS[article.status]
    if status == "publish" and not article.is_live():
        status = "future" if article.published_at > timezone.now() else "private"
    meta = {}
    if article.lead_picture_id:
        meta["_thumbnail_id"] = PICTURES_FROM + article.lead_picture_id
    return _item(
        article.pk,
        title=article.headline,
        path=article.path,
        body=_with_corrections(article, _body(article.body)),
        kind="post",
        status=status,
        moment=moments.free(
            "post", article.headline, article.published_at or article.created_at
        ),
        is_dated=article.published_at is not None,
        changed=article.updated_at,
        excerpt=article.standfirst,
        creator=next(iter(names), ""),
        terms=terms,
        meta=meta,
    )


def _page(page, moments):
    meta = {}
    if page.lead_picture_id:
        meta["_thumbnail_id"] = PICTURES_FROM + page.lead_picture_id
    state = {"live": "publish", "draft": "draft", "trashed": "trash"}[page.state()]
    return _item(
        PAGES_FROM + page.pk,
        title=page.title,
        path=page.path,
        body=_body(page.body),
        kind="page",
        status=state,
        moment=moments.free("page", page.title, page.updated_at),
        changed=page.updated_at,
        excerpt=page.standfirst,
        meta=meta,
    )


def _picture(picture, moments):
    meta = {"_wp_attachment_image_alt": picture.alt} if picture.alt else {}
    return _attachment(
        PICTURES_FROM + picture.pk,
        picture,
        moments,
        body=escape(picture.credit),
        excerpt=picture.caption,
        meta=meta,
    )


def _document(document, moments):
    return _attachment(DOCUMENTS_FROM + document.pk, document, moments, body="")


def _attachment(pk, row, moments, **others):
    address = whole(default_storage.url(row.file.name))
    return _item(
        pk,
        title=str(row),
        path=row.file.name.rpartition("/")[2],
        link=address,
        kind="attachment",
        status="inherit",
        moment=moments.free("attachment", str(row), row.created_at),
        changed=row.created_at,
        more=f"<wp:attachment_url>{cdata(address)}</wp:attachment_url>",
        **others,
    )


def _item(pk, *, title, path, body, kind, status, moment, changed, **others):
    """Return an <item>. `terms` are (taxonomy, slug, name), `meta` {key: value}.

    Of what was never out, `moment` is when it was begun, and `is_dated` False:
    WordPress has no time of Greenwich for it.
    """
    is_dated = others.get("is_dated", True)
    slug = (path or "").rstrip("/").rpartition("/")[2]
    parts = [
        f"<title>{markup(title)}</title>",
        f"<link>{text(others.get('link') or whole(path or f'/?p={pk}'))}</link>",
        f"<dc:creator>{cdata(others.get('creator', ''))}</dc:creator>",
        f'<guid isPermaLink="false">{text(whole(path or f"/?p={pk}"))}</guid>',
        "<description></description>",
        f"<content:encoded>{cdata(body)}</content:encoded>",
        f"<excerpt:encoded>{markup(others.get('excerpt', ''))}</excerpt:encoded>",
        f"<wp:post_id>{pk}</wp:post_id>",
        *_dates("post_date", moment, is_dated=is_dated),
        *_dates("post_modified", changed),
        "<wp:comment_status>closed</wp:comment_status>",
        "<wp:ping_status>closed</wp:ping_status>",
        f"<wp:post_name>{cdata(re.sub(r'[.]html?$', '', slug))}</wp:post_name>",
        f"<wp:status>{status}</wp:status>",
        "<wp:post_parent>0</wp:post_parent>",
        "<wp:menu_order>0</wp:menu_order>",
        f"<wp:post_type>{kind}</wp:post_type>",
        "<wp:post_password></wp:post_password>",
        "<wp:is_sticky>0</wp:is_sticky>",
        others.get("more", ""),
        *(
            f'<category domain="{domain}" nicename="{text(nicename)}">'
            f"{markup(name)}</category>"
            for domain, nicename, name in others.get("terms", ())
        ),
        *(
            f"<wp:postmeta><wp:meta_key>{cdata(key)}</wp:meta_key>"
            f"<wp:meta_value>{cdata(value)}</wp:meta_value></wp:postmeta>"
            for key, value in others.get("meta", {}).items()
        ),
    ]
    if is_dated:
        published = moment.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
        parts.insert(2, f"<pubDate>{published}</pubDate>")
    return "<item>\n" + "\n".join(filter(None, parts)) + "\n</item>\n"


def _dates(name, moment, *, is_dated=True):
    """Return both elements of a moment: the site's own time, and Greenwich's."""
    here = timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")
    gmt = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if is_dated else NEVER
    return f"<wp:{name}>{here}</wp:{name}>", f"<wp:{name}_gmt>{gmt}</wp:{name}_gmt>"


def _with_corrections(article, body):
    """Return a story's HTML with its corrections, which WordPress has no place for."""
    said = dict.fromkeys(Correction.Place, "")
    for correction in article.corrections.all():
        is_retraction = correction.kind == Correction.Kind.RETRACTION
        place = Correction.Place.TOP if is_retraction else correction.place
        said[place] += (
            f"<p><strong>{escape(correction.get_kind_display())}:</strong> "
            f"{escape(correction.text)}</p>"
        )
    return said[Correction.Place.TOP] + body + said[Correction.Place.BOTTOM]


def _show_originals(root):
    """Let the pictures of a body be those of the attachments.

    WordPress leads their addresses, and no other size's, to where it puts its copies.
    """
    figures = {}
    for figure in root.iter("figure"):
        number = figure.attrib.pop("data-picture", "")
        if number.isdecimal():
            figures.setdefault(int(number), []).append(figure)
    if not figures:
        return
    for picture in Picture.objects.filter(pk__in=figures):
        for figure in figures[picture.pk]:
            for image in figure.findall("img"):
                image.set("class", f"wp-image-{PICTURES_FROM + picture.pk}")
                image.set("src", default_storage.url(picture.file.name))


def _body(body):
    """Return a stored body as HTML that stands alone.

    Addresses are whole; footnotes stand in brackets, embeds are the addresses that
    WordPress embeds itself.
    """
    if not body:
        return ""
    root = html.fragment_fromstring(body, create_parent="div")
    _show_originals(root)
    for element in root.iter():
        for name in ("src", "href"):
            if (value := element.get(name)) and value.startswith("/"):
                element.set(name, whole(value))
    for note in root.xpath(".//sup[@data-footnote]"):
        note.tail = f" [{note.attrib.pop('data-footnote')}]{note.tail or ''}"
        note.drop_tag()
    for embed in root.xpath(".//figure[@data-embed]"):
        embed.set("class", "wp-block-embed")
        address = embed.attrib.pop("data-embed")
        for link in embed.findall("a"):
            link.tail = f"\n{address}\n{link.tail or ''}"
            link.drop_tree()
    inner = [html.tostring(child, encoding="unicode") for child in root]
    return (escape(root.text) if root.text else "") + "".join(inner)
