from django import forms
from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from authors.desk import DeskAdmin, DeskTabularInline, SortedInline
from authors.models import Author, AuthorAlias, AuthorLink
from authors.table_pages import TablePages
from authors.tables import AuthorTable


class LinkInline(SortedInline):
    model = AuthorLink
    fields = ["kind", "title", "role", "publisher", "url", "position"]
    verbose_name = _("link")
    verbose_name_plural = _("books, blog, shows and other links")


class AliasInline(DeskTabularInline):
    model = AuthorAlias
    verbose_name = _("spelling")
    verbose_name_plural = _("other spellings, found in old pages")


class PhotoInput(forms.ClearableFileInput):
    """The portrait itself instead of its file name."""

    template_name = "admin/widgets/photo.html"


@admin.register(Author)
class AuthorAdmin(TablePages, DeskAdmin):
    table = AuthorTable
    list_display = ["portrait", "name", "tagline", "lives_in"]
    list_display_links = ["portrait", "name"]
    search_fields = ["name", "sort_name", "aliases__name"]
    search_help_text = _("Names and their other spellings.")
    autocomplete_fields = ["user"]
    sortable_by = ["name"]
    inlines = [LinkInline, AliasInline]
    fieldsets = [
        (None, {"fields": ["name", "tagline", "photo"]}),
        (_("The box below articles"), {"fields": ["bio", "lives_in"]}),
        (_("Contact"), {"fields": [("email", "is_email_public"), "contact"]}),
        (
            _("Sorting, address and login"),
            {"fields": ["sort_name", "slug", "user"], "classes": ["collapse"]},
        ),
    ]
    # Whoever may only look finds names for a byline, not private addresses.
    public_fieldsets = [
        (None, {"fields": ["name", "tagline", "bio", "lives_in"]}),
    ]

    def get_fieldsets(self, request, author=None):
        if author and not self.has_change_permission(request, author):
            return self.public_fieldsets
        return self.fieldsets

    def lookup_allowed(self, lookup, value, request=None):
        # A filter in the address would tell, letter by letter, what may not be seen.
        if lookup.startswith(("email", "contact", "user")):
            return request is not None and self.has_change_permission(request)
        return super().lookup_allowed(lookup, value, request)

    def get_readonly_fields(self, request, author=None):
        # Whose login an author has decides who may edit their articles.
        return [] if request.user.has_perm("auth.view_user") else ["user"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "photo":
            kwargs["widget"] = PhotoInput
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="")
    def portrait(self, author):
        if not author.photo:
            return mark_safe('<span class="portrait portrait-none"></span>')
        return format_html(
            '<img class="portrait" src="{}" alt="" width="36" height="36" '
            'loading="lazy">',
            author.photo.url,
        )
