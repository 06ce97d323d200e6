"""Deleting what is in use: what uses it is named, and another can take its place."""

from dataclasses import dataclass, field

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import actions
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles import in_use, merging
from articles.models import Article, Picture
from authors.desk import ThumbnailSelect, TypedSelect

# So many uses of a kind are named; the rest is counted.
NAMED = 10


@dataclass(frozen=True)
class Shown:
    """A kind of use as a page shows it: named is only what this user may see."""

    label: str
    count: int
    named: list = field(default_factory=list)  # [(what it is called, its address)]

    @property
    def others(self):
        return self.count - len(self.named)


def shown_uses(admin_site, request, row):
    """Return the uses of a row, for a page, as a list of Shown."""
    return [
        Shown(use.label, use.rows.count(), _named(admin_site, request, use.rows))
        for use in in_use.uses_of(row)
    ]


def _named(admin_site, request, rows):
    page = admin_site._registry.get(rows.model)
    if page is None or not page.has_view_permission(request):
        return []
    visible = page.get_queryset(request)
    if rows.model is Article:
        # The forms of trashed articles say that they are in the trash.
        visible = visible | Article.objects.in_trash_for(request.user)
        rows = rows.defer("body")
    rows = rows.filter(pk__in=visible.order_by().values("pk"))
    return [(str(row), _address(row)) for row in rows[:NAMED]]


def _address(row):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return reverse(name, args=[row.pk])


class SuccessorForm(forms.Form):
    """Asks which row takes the place of another."""

    successor = forms.ModelChoiceField(queryset=None)

    def __init__(self, *args, row, choice, label, admin_site, **kwargs):
        super().__init__(*args, **kwargs)
        successor = self.fields["successor"]
        successor.label = label
        widget = ThumbnailSelect if isinstance(row, Picture) else TypedSelect
        successor.widget = widget(choice, admin_site)
        successor.widget.is_required = True
        successor.queryset = type(row)._default_manager.exclude(pk=row.pk)
        successor.error_messages["invalid_choice"] = _(
            "Choose another one that exists: this one is deleted."
        )


class KeptWhileUsed:
    """For the admin of what articles use: nothing that is in use gets deleted.

    `choice` is a foreign key to the model; the page that offers a successor asks
    for it as the form with that key does. What `successor_form` asks beyond the
    successor goes to `merging.merge`.
    """

    choice = None
    successor_form = SuccessorForm
    successor_label = gettext_lazy("Merge it into")
    # What becomes of it, told before it happens.
    consequence = ""
    # The filter of the list of articles that shows what uses a row.
    article_filter = None

    def delete_view(self, request, object_id, extra_context=None):
        # In one transaction with what Django does: nobody begins to use it in between.
        with transaction.atomic():
            row = self.get_object(request, unquote(object_id))
            if row is None or not self.has_delete_permission(request, row):
                return super().delete_view(request, object_id, extra_context)
            if request.method == "POST":
                type(row)._base_manager.select_for_update().filter(pk=row.pk).first()
                if "_merge" in request.POST:
                    return self._merge(request, row)
            if not in_use.uses_of(row):
                return super().delete_view(request, object_id, extra_context)
            return self._explain(request, row, self._form(row))

    def _form(self, row, data=None):
        return self.successor_form(
            data,
            row=row,
            choice=self.choice,
            label=self.successor_label,
            admin_site=self.admin_site,
        )

    def _explain(self, request, row, form):
        shown = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "row": row,
            "title": _("“%(name)s” is in use") % {"name": row},
            "uses": shown_uses(self.admin_site, request, row),
            "form": form if self.has_change_permission(request) else None,
            "consequence": self.consequence,
            "address": row.get_absolute_url()
            if hasattr(row, "get_absolute_url")
            else "",
            "all_address": self._all_articles(row),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/in_use.html", shown)

    def _all_articles(self, row):
        if not self.article_filter:
            return ""
        try:
            address = reverse("admin:articles_article_changelist")
        except NoReverseMatch:
            return ""
        return f"{address}?{self.article_filter}={row.pk}"

    def _merge(self, request, row):
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = self._form(row, request.POST)
        if not form.is_valid():
            return self._explain(request, row, form)
        options = dict(form.cleaned_data)
        successor = options.pop("successor")
        self.log_deletions(request, type(row)._base_manager.filter(pk=row.pk))
        self.log_change(request, successor, f"“{row}” ({row.pk}) was merged into it.")
        count = merging.merge(row, successor, **options)
        told = ngettext(
            "“%(new)s” stands in %(count)d article where “%(old)s” stood, which is "
            "deleted.",
            "“%(new)s” stands in %(count)d articles where “%(old)s” stood, which is "
            "deleted.",
            count,
        ) % {"old": row, "new": successor, "count": count}
        self.message_user(request, told, messages.SUCCESS)
        return HttpResponseRedirect(_address(successor))


# Named like Django's own, whose place in the list's menu it takes.
@admin.action(
    permissions=["delete"],
    description=gettext_lazy("Delete selected %(verbose_name_plural)s"),
)
def delete_selected(model_admin, request, rows):
    """Delete those of the rows that nothing uses, after Django's page has asked."""
    with transaction.atomic():
        keys = list(rows.order_by().values_list("pk", flat=True))
        list(rows.model._base_manager.select_for_update().filter(pk__in=keys))
        used = in_use.used_among(rows.model, keys)
        if used:
            _tell_left(model_admin, request, rows.filter(pk__in=used))
        if len(used) == len(keys):
            return None
        return actions.delete_selected(model_admin, request, rows.exclude(pk__in=used))


def _tell_left(model_admin, request, rows):
    names = [str(row) for row in rows[:4]]
    named = ", ".join(f"“{name}”" for name in names[:3]) + (
        " …" if len(names) > 3 else ""
    )
    count = rows.count()
    told = ngettext(
        "%(count)d is left, because it is in use: %(names)s. Delete it from its own "
        "page to see what uses it and to put another in its place.",
        "%(count)d are left, because they are in use: %(names)s. Delete one from its "
        "own page to see what uses it and to put another in its place.",
        count,
    )
    model_admin.message_user(
        request, told % {"count": count, "names": named}, messages.WARNING
    )
