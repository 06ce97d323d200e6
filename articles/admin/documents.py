"""Files that imported stories link to, and that are no pictures."""

from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article, Document, Page
from authors.desk import DeskAdmin

# So many texts are named that link to one.
NAMED = 3


def texts_with(document, most=NAMED):
    """Return articles, working copies and trashed ones too, and pages that link to it.

    This reads every text: half a second at 100,000 articles.
    """
    address = escape(document.file.url)
    found = []
    for model in (Article, Page):
        rows = model._base_manager.filter(body__contains=address)
        found += rows.order_by("pk").defer("body")[: most - len(found)]
    return found


@admin.register(Document)
class DocumentAdmin(DeskAdmin):
    list_display = ["name", "opened", "size", "brought"]
    search_fields = ["name"]
    sortable_by = []
    fields = ["name", "opened", "size", "brought", "texts"]
    readonly_fields = fields
    actions = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, document=None):
        return False

    def delete_view(self, request, object_id, extra_context=None):
        """Delete what no text links to; readers would find nothing there."""
        document = self.get_object(request, unquote(object_id))
        may_delete = document and self.has_delete_permission(request, document)
        if may_delete and (texts := texts_with(document)):
            names = ", ".join(f"“{text}”" for text in texts)
            told = _("“%(name)s” stays, because texts link to it: %(names)s")
            told %= {"name": document, "names": names}
            self.message_user(request, told, messages.WARNING)
            return HttpResponseRedirect(
                reverse("admin:articles_document_change", args=[document.pk])
            )
        return super().delete_view(request, object_id, extra_context)

    def delete_model(self, request, document):
        file = document.file
        super().delete_model(request, document)
        transaction.on_commit(partial(file.storage.delete, file.name))

    @admin.display(description=gettext_lazy("file"))
    def opened(self, document):
        return format_html('<a href="{}">{}</a>', document.file.url, _("Open"))

    @admin.display(description=gettext_lazy("size"))
    def size(self, document):
        return filesizeformat(document.bytes)

    @admin.display(description=gettext_lazy("since"))
    def brought(self, document):
        return date_format(localtime(document.created_at), "j M Y")

    @admin.display(description=gettext_lazy("texts that link to it"))
    def texts(self, document):
        names = [str(text) for text in texts_with(document, NAMED + 1)]
        more = " …" if len(names) > NAMED else ""
        return (", ".join(names[:NAMED]) + more) or _("none")
