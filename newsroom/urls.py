from django.contrib import admin
from django.urls import include, path

from newsroom import views

handler404 = "newsroom.views.page_not_found"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("media/<path:path>", views.media, name="media"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon),
    path("health", views.health, name="health"),
    path("", views.home, name="home"),
    path("authors/", include("authors.urls")),
    # Last, because it ends with "any other path may be an article's".
    path("", include("articles.urls")),
]
