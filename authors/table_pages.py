"""The desk's pages that take a table out and in.

Nothing is kept on the server between the preview and "Apply": the page carries the
table itself, packed and signed for this user. So any node can answer, nothing has to
be cleaned up, and no name of a file can be sent that reads another one.
"""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from authors.sheets import BadSheet, Sheet, read_sheet, write_csv, write_xlsx
from authors.table_plans import Draft, carry_out, make_plan

# How many rows of each sort a preview shows; it counts them all.
SHOWN = 200
# How much of a long text a preview shows, and how much of that before the change.
EXCERPT, LEAD = 300, 60
# The page brings the table back: less than DATA_UPLOAD_MAX_MEMORY_SIZE.
MAX_PACKED = 8 * 1024 * 1024
PREVIEW_SECONDS = 24 * 60 * 60
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What a list's address carries beside its filters.
NOT_FILTERS = ("p", "all", "e", IS_POPUP_VAR)


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV or Excel file"),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )


class TablePages:
    """Export and import of a list of the desk; `table` is the Table to use."""

    table = None

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("export/", view(self.export_page), name=f"{name}_export"),
            path("export/<str:kind>/", view(self.export_file), name=f"{name}_table"),
            path("import/", view(self.import_page), name=f"{name}_import"),
            *super().get_urls(),
        ]

    def table_url(self, page, *args):
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=args)

    def may_import(self, request):
        return self.has_add_permission(request) and self.has_change_permission(request)

    def changelist_view(self, request, extra_context=None):
        links = {}
        if IS_POPUP_VAR not in request.GET:
            export = f"{self.table_url('export')}{filters_of(request)}"
            links = {"export_url": export}
            if self.may_import(request):
                links["import_url"] = self.table_url("import")
        return super().changelist_view(request, links | (extra_context or {}))

    # Out

    def listed(self, request):
        """Return the rows of the list with the same filters and search."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        request.GET = request.GET.copy()
        for name in NOT_FILTERS:
            request.GET.pop(name, None)
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters as error:
            raise Http404("The list has no such filter.") from error
        # Without what the list counts for each of its fifty rows.
        return self.model.objects.filter(pk__in=rows.order_by().values("pk"))

    def export_page(self, request):
        rows = self.listed(request)
        query = filters_of(request)
        context = {
            "title": _("Export"),
            "count": rows.count(),
            "is_filtered": bool(query),
            "search": request.GET.get("q", ""),
            "xlsx_url": f"{self.table_url('table', 'xlsx')}{query}",
            "csv_url": f"{self.table_url('table', 'csv')}{query}",
        }
        return self._page(request, "export", context)

    def export_file(self, request, kind):
        if kind not in CONTENT_TYPES:
            raise Http404("There is no such kind of table.")
        may_change = self.has_change_permission(request)
        title = str(capfirst(self.opts.verbose_name_plural))
        header, rows = self.table().export(self.listed(request), may_change=may_change)
        try:
            if kind == "csv":
                content = write_csv(header, rows)
            else:
                content = write_xlsx(header, rows, title)
        except BadSheet as error:
            messages.error(request, str(error))
            address = f"{self.table_url('export')}{filters_of(request)}"
            return HttpResponseRedirect(address)
        response = HttpResponse(content, content_type=CONTENT_TYPES[kind])
        name = f"{self.opts.model_name}s-{timezone.localdate().isoformat()}.{kind}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    # In

    def import_page(self, request):
        if not self.may_import(request):
            raise PermissionDenied
        if "packed" in request.POST:
            return self._apply(request)
        is_sent = request.method == "POST"
        form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
        if is_sent and form.is_valid():
            try:
                sheet = read_sheet(form.cleaned_data["file"])
                return self._preview(request, sheet)
            except BadSheet as error:
                form.add_error("file", str(error))
        return self._upload(request, form)

    def _upload(self, request, form):
        context = {
            "title": _("Import"),
            "form": form,
            "columns": [c.label for c in self.table().columns if not c.only_out],
            "rule": self.table.rule,
            "export_url": self.table_url("export"),
        }
        return self._page(request, "import", context)

    def _preview(self, request, sheet, plan=None):
        plan = plan or make_plan(self.table(), sheet, request.user)
        context = {
            "title": _("Preview of the import"),
            "plan": plan,
            "parts": parts_of(plan),
            "wrong": Listed(plan.wrong),
            "noted": Listed([draft for draft in plan.drafts if draft.remarks]),
            "import_url": self.table_url("import"),
        }
        if plan.is_ready:
            context["packed"] = self._pack(request, sheet, plan)
        return self._page(request, "preview", context)

    def _pack(self, request, sheet, plan):
        table = [sheet.header, sheet.rows, sheet.problems, sheet.remarks]
        packed = signing.dumps(
            [table, plan.digest()], salt=self._salt(request), compress=True
        )
        if len(packed) > MAX_PACKED:
            raise BadSheet(
                _("The table has too much text. Divide it into several files.")
            )
        return packed

    def _salt(self, request):
        return f"table:{self.opts.label_lower}:{request.user.pk}"

    def _apply(self, request):
        """Write what was previewed; if it is not that any more, preview again."""
        try:
            table, seen = signing.loads(
                request.POST["packed"],
                salt=self._salt(request),
                max_age=PREVIEW_SECONDS,
            )
        except signing.BadSignature:
            messages.error(
                request,
                _("This preview is not valid any more. Choose the file again."),
            )
            return HttpResponseRedirect(self.table_url("import"))
        sheet = Sheet(*table)
        try:
            with transaction.atomic():
                rows = self.table()
                rows.locks = True
                plan = make_plan(rows, sheet, request.user)
                if plan.digest() != seen:
                    return self._changed_since(request, sheet, plan)
                counts = carry_out(plan, request.user)
        except (IntegrityError, ValidationError):
            return self._changed_since(request, sheet)
        messages.success(request, result_of(counts))
        return HttpResponseRedirect(
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        )

    def _changed_since(self, request, sheet, plan=None):
        messages.warning(
            request,
            _(
                "Nothing was written: something changed since the preview. This is "
                "what the import would do now."
            ),
        )
        return self._preview(request, sheet, plan)

    def _page(self, request, name, context):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "list_url": reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
            ),
            **context,
        }
        return TemplateResponse(request, f"admin/tables/{name}.html", context)


def filters_of(request):
    """Return "?…" with the filters and the search of a list, or ""."""
    query = request.GET.copy()
    for name in NOT_FILTERS:
        query.pop(name, None)
    return f"?{query.urlencode()}" if query else ""


@dataclass
class Listed:
    """The first of some drafts, and how many more there are."""

    drafts: list[Draft]

    def __bool__(self):
        return bool(self.drafts)

    @property
    def shown(self):
        return self.drafts[:SHOWN]

    @property
    def more(self):
        return max(0, len(self.drafts) - SHOWN)


def parts_of(plan):
    """Return what the preview shows in two lists: what is new, what changes."""
    parts = [(_("New"), plan.new), (_("Changed"), plan.changed)]
    for _title, drafts in parts:
        for draft in drafts[:SHOWN]:
            for change in draft.changes:
                change.short = excerpts(change.before, change.after)
    return [(title, Listed(drafts)) for title, drafts in parts if drafts]


def excerpts(before, after):
    """Return both texts, of long ones what surrounds the first difference."""
    if max(len(before), len(after)) <= EXCERPT:
        return before, after
    same = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        same += 1
    start = max(0, same - LEAD)
    return _cut(before, start), _cut(after, start)


def _cut(text, start):
    end = start + EXCERPT
    return ("…" if start else "") + text[start:end] + ("…" if text[end:] else "")


def result_of(counts):
    """Return what an import did, as a sentence."""
    new = ngettext("%d row is new", "%d rows are new", counts["new"])
    changed = ngettext("%d was changed", "%d were changed", counts["changed"])
    return _("Imported: %(new)s, %(changed)s; %(same)d stayed as they were.") % {
        "new": new % counts["new"],
        "changed": changed % counts["changed"],
        "same": counts["same"],
    }
