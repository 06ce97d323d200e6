from django.contrib import admin

from articles.models import Page
from authors.desk import DeskAdmin


@admin.register(Page)
class PageAdmin(DeskAdmin):
    list_display = ["title", "path", "is_published", "is_in_header", "is_in_footer"]
    search_fields = ["title", "path"]
    list_editable = ["is_in_header", "is_in_footer"]
    fieldsets = [
        (None, {"fields": ["title", "path", "body"]}),
        (
            "Visibility",
            {
                "fields": [
                    "is_published",
                    ("is_in_header", "is_in_footer"),
                    ("position", "language"),
                ]
            },
        ),
    ]
