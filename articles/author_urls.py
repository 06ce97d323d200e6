"""Pages of authors, who are told by their stories."""

from django.urls import path, re_path

from articles import views

app_name = "authors"

urlpatterns = [
    path("", views.author_list, name="list"),
    # No NUL in what goes to the database: PostgreSQL refuses it with an error.
    re_path(r"^(?P<slug>[^/\x00]+)/$", views.author_detail, name="detail"),
]
