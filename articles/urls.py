from django.urls import path, re_path

from articles import corrections, previews, views

app_name = "articles"

# No NUL in what goes to the database: PostgreSQL refuses it with an error.
SLUG = r"(?P<slug>[^/\x00]+)"

urlpatterns = [
    re_path(rf"^sections/{SLUG}/$", views.section_detail, name="section"),
    path("tags/", views.tag_list, name="tags"),
    re_path(rf"^tags/{SLUG}/$", views.tag_detail, name="tag"),
    re_path(rf"^series/{SLUG}/$", views.series_detail, name="series"),
    path("archive/", views.archive_index, name="archive"),
    re_path(r"^archive/(?P<year>[1-9]\d{3})/$", views.archive_year, name="year"),
    re_path(
        r"^archive/(?P<year>[1-9]\d{3})/(?P<month>0[1-9]|1[0-2])/$",
        views.archive_month,
        name="month",
    ),
    re_path(
        r"^archive/(?P<year>[1-9]\d{3})/(?P<month>0[1-9]|1[0-2])/(?P<day>[0-3]\d)/$",
        views.archive_day,
        name="day",
    ),
    path("corrections/", corrections.log, name="corrections"),
    re_path(
        r"^corrections/(?P<year>[1-9]\d{3})/(?P<month>0[1-9]|1[0-2])/$",
        corrections.month,
        name="corrections_month",
    ),
    path("preview/<slug:token>/", previews.preview, name="preview"),
    re_path(r"^(?P<path>[^\x00]+)$", views.page_or_article, name="detail"),
]
