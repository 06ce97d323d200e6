from django.contrib import admin

from articles.models import Page
from authors.desk import DeskAdmin


@admin.register(Page)
class PageAdmin(DeskAdmin):
    list_display = ["title", "path", "is_published"]
    search_fields = ["title", "path"]
    fieldsets = [
        (None, {"fields": ["title", "path", "body"]}),
        (
            "Visibility",
            {
                "fields": [
                    "is_published",
                    "language",
                ]
            },
        ),
    ]
