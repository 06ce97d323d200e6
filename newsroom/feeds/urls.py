from django.urls import path, re_path

from newsroom.feeds import views
from newsroom.feeds.addresses import ATOM, JSON

app_name = "feeds"

# No NUL in what goes to the database: PostgreSQL refuses it with an error.
SLUG = r"(?P<slug>[^/\x00]+)"
FEED = r"feed/(?:(?P<kind>atom|json)/)?(?P<is_summary>summary/)?$"

urlpatterns = [
    re_path(rf"^{FEED}", views.stories, name="site"),
    *(
        re_path(rf"^{about}/{SLUG}/{FEED}", views.stories, {"about": about})
        for about in ("sections", "tags", "series", "authors")
    ),
    re_path(
        r"^feeds/corrections/(?:(?P<kind>atom|json)/)?$",
        views.corrections,
        name="corrections",
    ),
    path("feeds/partner/<slug:slug>/", views.partner, name="partner"),
    path("feeds/partner/<slug:slug>/<slug:token>/", views.partner, name="partner"),
    # Where readers' programs look, and where other systems have theirs.
    re_path(r"^feed(?:/(?:rss2?|rdf)/?)?$", views.moved),
    path("feed/atom", views.moved, {"kind": ATOM}),
    path("feed/json", views.moved, {"kind": JSON}),
    path("feeds", views.moved),
    path("feeds/", views.moved),
    re_path(r"^feeds/posts/default/?$", views.moved, {"kind": ATOM}),
    path("rss", views.moved),
    path("rss/", views.moved),
    path("rss.xml", views.moved),
    path("feed.xml", views.moved),
    path("index.xml", views.moved),
    path("atom.xml", views.moved, {"kind": ATOM}),
    path("feed.json", views.moved, {"kind": JSON}),
]
