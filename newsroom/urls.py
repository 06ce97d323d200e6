from django.contrib import admin
from django.urls import include, path, re_path

from newsroom import most_read, oembed, social, views

handler404 = "newsroom.views.page_not_found"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("media/<path:path>", views.media, name="media"),
    path("favicon.ico", views.favicon),
    path("health", views.health, name="health"),
    path("", views.home, name="home"),
    path("read/", most_read.count, name="read"),
    path("most-read/", most_read.page, name="most_read"),
    path("most-read/list/", most_read.fragment, name="most_read_list"),
    re_path(
        r"^social-pictures/(?P<key>[1-9]\d{0,17})-(?P<digest>[0-9a-f]{16})"
        r"(?P<shape>|-16x9|-4x3|-1x1)\.png$",
        social.picture,
        name="social",
    ),
    path("oembed/", oembed.oembed, name="oembed"),
    path("", include("newsroom.reports.urls")),
    path("search/", include("newsroom.search.urls")),
    path("", include("newsroom.crawlers.urls")),
    path("", include("newsroom.feeds.urls")),
    path("authors/", include("articles.author_urls")),
    # Last, because it ends with "any other path may be an article's".
    path("", include("articles.urls")),
]
