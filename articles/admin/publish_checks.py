"""How strict the publish gate is: one page with every check and its level."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles import gate
from articles.models import PublishCheck
from authors.desk import DeskAdmin


@admin.register(PublishCheck)
class PublishCheckAdmin(DeskAdmin):
    """The checks are the program's; a site only chooses their levels."""

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, check=None):
        return False

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        wrong = {}
        if request.method == "POST":
            if not self.has_change_permission(request):
                raise PermissionDenied
            wrong = unknown_levels(request.POST)
            if not wrong:
                save_levels(request.POST)
                self.message_user(request, _("The checks are set."), messages.SUCCESS)
                return HttpResponseRedirect(
                    reverse("admin:articles_publishcheck_changelist")
                )
        levels = gate.site_levels()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Checks before publishing"),
            "rows": [(check, levels[check.name]) for check in gate.CHECKS],
            "choices": PublishCheck.Level.choices,
            "has_change_permission": self.has_change_permission(request),
            "wrong": wrong,
        }
        return TemplateResponse(
            request, "admin/articles/publishcheck/change_list.html", context
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One check is changed where all of them stand."""
        return self.changelist_view(request)


def unknown_levels(sent):
    """Return {check: what was sent for it} of what is no level."""
    return {
        check.name: sent[check.name]
        for check in gate.CHECKS
        if check.name in sent and sent[check.name] not in PublishCheck.Level.values
    }


@transaction.atomic
def save_levels(sent):
    """Keep the levels that differ from the program's own: those may still change."""
    for check in gate.CHECKS:
        level = sent.get(check.name)
        if level is None or check.is_fixed:
            continue
        rows = PublishCheck.objects.filter(check_name=check.name)
        if level == check.level:
            rows.delete()
        elif not rows.update(level=level):
            PublishCheck.objects.create(check_name=check.name, level=level)
