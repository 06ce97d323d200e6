"""JSON-LD for search engines: what pages are about, and who publishes them.

A script element of the type application/ld+json holds data: no browser runs it, and no
Content-Security-Policy is asked (HTML Standard, "Scripting": a data block).
"""

import json
from functools import cache, lru_cache, partial

from django.db import connection
from django.templatetags.static import static
from jinja2 import pass_context
from markupsafe import Markup

from articles.models import Page
from articles.paths import quoted
from articles.renditions import SOCIAL
from articles.structured import breadcrumbs, collection, news_article, person_of
from articles.together import Together
from authors import addresses
from authors.shown import note
from newsroom import social

# Of static/site/logo.png, which is drawn as favicon.svg is.
LOGO, LOGO_SIZE = "site/logo.png", 512
# json.dumps makes one for every page, and writes blanks.
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# What a page for readers says of the publisher, by the page's purpose (schema.org,
# NewsMediaOrganization).
POLICIES = {
    Page.Purpose.MASTHEAD: "masthead",
    Page.Purpose.ETHICS: "ethicsPolicy",
    Page.Purpose.CORRECTIONS: "correctionsPolicy",
}


@pass_context
def story_data(context, article):
    """Return the script element of a story: NewsArticle and BreadcrumbList."""
    whole, site = _whole(context["request"]), context["site"]
    publisher = _publisher_of(site.publication, whole)
    made = None if _own_picture(article) else social.drawn(article, site.publication)
    story = news_article(
        article,
        whole=whole,
        publisher=publisher,
        drawn=lambda shape: made[shape],
    )
    section = article.section
    above = [(section.name, section.get_absolute_url())] if section else []
    return element(story, _path_to(context, *above, (article.headline, story["url"])))


@pass_context
def list_data(context, *steps, author=None, about=None):
    """Return the script element of a list: the way to it, as (name, address).

    On an author's page also who that is; on the first one of a section, a tag or a
    series also what it is `about`.
    """
    whole = _whole(context["request"])
    things = [_path_to(context, *steps)]
    if about:
        things.append(collection(about, whole))
    if author:
        here = whole(author.get_absolute_url())
        things.append(
            {
                "@type": "ProfilePage",
                "url": here,
                "mainEntity": person_of(author, author.name, whole),
            }
        )
    return element(*things)


@pass_context
def site_data(context):
    """Return the script element of the home page: the publisher and the site."""
    whole, publication = _whole(context["request"]), context["site"].publication
    said = dict(_publisher_of(publication, whole))
    if publication.description:
        said["description"] = publication.description
    if publication.contact_email:
        said["email"] = publication.contact_email
    note("pages")
    for page in _policies(connection.vendor).fetch()["pages"]:
        if name := POLICIES.get(page["purpose"]):
            said[name] = whole(quoted(page["path"]))
    if "ethicsPolicy" in said:
        said["publishingPrinciples"] = said["ethicsPolicy"]
    site = {
        "@type": "WebSite",
        "@id": whole("/#site"),
        "url": whole("/"),
        "name": publication.name,
        "inLanguage": publication.language,
        "publisher": {"@id": said["@id"]},
    }
    if publication.tagline:
        site["description"] = publication.tagline
    return element(said, site)


@pass_context
def shared_picture(context, article):
    """Return (whole address, width, height, alternative text) of what networks show."""
    if own := _own_picture(article):
        return cut_to_share(context, own)
    made = social.drawn(article, context["site"].publication)
    address, width, height = made[SOCIAL]
    return _whole(context["request"])(address), width, height, article.headline


@pass_context
def cut_to_share(context, picture):
    """Return of a Picture what `shared_picture` returns of an article's."""
    address, width, height = picture.largest(SOCIAL)
    return _whole(context["request"])(address), width, height, picture.alt_text


def element(*things):
    """Return things as a script element that no text in them can end."""
    text = ENCODER.encode({"@context": "https://schema.org", "@graph": things})
    # "</script" and "<!--" end or change what a script element is: none is left.
    text = text.replace("<", "\\u003c")
    return Markup(f'<script type="application/ld+json">{text}</script>')


@cache
def _policies(_vendor):
    pages = Page.objects.live().exclude(purpose="").order_by()
    return Together({"pages": pages.values("path", "purpose")})


def _own_picture(article):
    return article.social_picture or article.lead_picture


def _whole(request):
    """Return what gives an address of the site scheme and host."""
    return partial(addresses.whole, request=request)


def _path_to(context, *steps):
    whole = _whole(context["request"])
    name = context["site"].publication.name
    steps = ((name, addresses.address_of("home")), *steps)
    return breadcrumbs(*((str(said), whole(address)) for said, address in steps))


def _publisher_of(publication, whole):
    logo = publication.logo.url if publication.logo else ""
    return _publisher(publication.name, logo, whole("/"))


@lru_cache(maxsize=8)
def _publisher(name, logo, home):
    # Page after page says the same of it; nobody changes what they share.
    base = home.rstrip("/")
    drawn = {"width": LOGO_SIZE, "height": LOGO_SIZE}
    address = logo or static(LOGO)
    if address.startswith("/"):
        address = base + address
    return {
        "@type": "NewsMediaOrganization",
        "@id": f"{home}#publisher",
        "name": name,
        "url": home,
        "logo": {"@type": "ImageObject", "url": address, **({} if logo else drawn)},
    }
