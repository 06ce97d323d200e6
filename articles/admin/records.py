"""What is kept about articles and hardly ever changed: corrections and origins."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from articles.models import Correction, Origin
from authors.desk import DeskAdmin


@admin.register(Correction)
class CorrectionAdmin(DeskAdmin):
    """All corrections in one place. They are said openly, so none is deleted."""

    list_display = ["summary", "kind", "article", "corrected_at", "place"]
    list_filter = ["kind", "place"]
    list_select_related = ["article"]
    search_fields = ["text", "article__headline"]
    autocomplete_fields = ["article"]
    fields = ["article", ("kind", "place"), "text", "corrected_at"]

    def get_queryset(self, request):
        """Without the copies of them that working copies hold."""
        return super().get_queryset(request).filter(article__copy_of=None)

    def has_delete_permission(self, request, correction=None):
        return False

    @admin.display(description=_("text"))
    def summary(self, correction):
        return correction.text[:80]


@admin.register(Origin)
class OriginAdmin(DeskAdmin):
    """What an import left behind, to look at only: evidence is not edited."""

    list_display = ["story", "system", "identifier", "imported_at"]
    list_filter = ["system"]
    list_select_related = ["article", "page"]
    search_fields = ["identifier", "article__headline", "page__title"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("source", "imported")

    @admin.display(description=_("article or page"))
    def story(self, origin):
        return origin.article or origin.page

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, origin=None):
        return False

    def has_delete_permission(self, request, origin=None):
        return False
