from django.contrib import admin, messages
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from authors.desk import DeskAdmin
from newsroom.reports.models import Report

State = Report.State


class StateFilter(admin.SimpleListFilter):
    """What the inbox shows: what is new, unless another part is chosen."""

    title = _("show")
    parameter_name = "show"

    def lookups(self, request, desk):
        return [(State.DONE, _("done")), (State.SPAM, _("spam")), ("all", _("all"))]

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        return [{**first, "display": _("new")}, *others]

    def queryset(self, request, reports):
        if self.value() == "all":
            return reports
        is_known = self.value() in State.values
        return reports.filter(state=self.value() if is_known else State.NEW)


def settling(state, description, told, told_many):
    """Return the action that puts reports into a state."""

    @admin.action(description=description, permissions=["change"])
    def settle(desk, request, reports):
        user = None if state == State.NEW else request.user
        count = reports.exclude(state=state).update(state=state, settled_by=user)
        sentence = ngettext(told, told_many, count) % {"count": count}
        desk.message_user(request, sentence, messages.SUCCESS)

    settle.__name__ = f"mark_{state}"
    return settle


@admin.register(Report)
class ReportAdmin(DeskAdmin):
    """The inbox of errors that readers report: only of articles one may see."""

    list_display = ["__str__", "article_link", "sent_at", "state"]
    list_filter = [StateFilter]
    search_fields = ["text", "article__headline"]
    sortable_by = ["sent_at"]
    date_hierarchy = None
    readonly_fields = ["told", "article_link", "email", "sent_at", "settled_by"]
    fieldsets = [
        (None, {"fields": ["told", "article_link", "email", "sent_at"]}),
        (_("For the desk"), {"fields": ["state", "note", "settled_by"]}),
    ]
    actions = [
        settling(
            State.DONE,
            _("Mark as done"),
            "%(count)d report is done.",
            "%(count)d reports are done.",
        ),
        settling(
            State.SPAM,
            _("Mark as spam"),
            "%(count)d report is spam.",
            "%(count)d reports are spam.",
        ),
        settling(
            State.NEW,
            _("Put back among the new"),
            "%(count)d report is new again.",
            "%(count)d reports are new again.",
        ),
    ]

    def get_queryset(self, request):
        reports = super().get_queryset(request).for_desk(request.user)
        return reports.select_related("article").defer("article__body")

    def has_add_permission(self, request):
        return False

    def save_model(self, request, report, form, change):
        if "state" in form.changed_data:
            is_new = report.state == State.NEW
            report.settled_by = None if is_new else request.user
        super().save_model(request, report, form, change)

    @admin.display(description=_("what is wrong"))
    def told(self, report):
        return format_html('<div class="told" dir="auto">{}</div>', report.text)

    @admin.display(description=_("article"), ordering="article__headline")
    def article_link(self, report):
        address = reverse("admin:articles_article_change", args=[report.article_id])
        return format_html('<a href="{}">{}</a>', address, report.article)
