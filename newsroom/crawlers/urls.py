from django.urls import path, re_path

from newsroom.crawlers import views

app_name = "crawlers"

# A file's name; numbers as sitemaps.index writes them, so that each has one address.
NUMBER = r"(?:[2-9]|[1-9][0-9]{1,4})"
MONTH = rf"articles-[1-8][0-9]{{3}}-(?:0[1-9]|1[0-2])(?:-{NUMBER})?"
NAME = rf"(?P<name>pages|news|(?:tags|authors)-(?:1|{NUMBER})|{MONTH})"

urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security, name="security"),
    path("security.txt", views.security_moved),
    path("humans.txt", views.humans, name="humans"),
    path("ads.txt", views.ads, name="ads"),
    path("sitemap.xml", views.sitemap_index, name="sitemap_index"),
    path("sitemap_index.xml", views.sitemap_moved),
    path("wp-sitemap.xml", views.sitemap_moved),
    re_path(rf"^sitemaps/{NAME}\.xml$", views.sitemap, name="sitemap"),
]
