"""Imports at the desk: upload an export, look at its dry run, start, stop, undo.

The work is done by `import_articles`, which the clock starts in a process of its own.
A page here only writes into the run's row what is asked of it, and shows what it tells.
"""

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from articles.admin import import_report, import_upload
from articles.importers import steering, uploads
from articles.importers.undoing import edited
from articles.models import Article, Import, Page
from authors.desk import DeskAdmin

State = Import.State
# The colours of states (desk.css).
LOOKS = {
    State.SEEN: "planned",
    State.WAITING: "planned",
    State.RUNNING: "running",
    State.STOPPING: "running",
    State.DONE: "live",
    State.STOPPED: "review",
    State.FAILED: "failed",
    State.UNDOING: "running",
}
# Of an import of more stories, whether somebody worked on them is not asked while an
# editor waits: the undoing itself finds it, and says so afterwards.
QUICKLY_ASKED = 2_000


@admin.register(Import)
class ImportAdmin(DeskAdmin):
    """Each run has a page of its own, which shows it and asks what is to be done."""

    list_display = ["named", "called", "stands", "counted", "asked", "started_by"]
    list_display_links = ["named"]
    list_filter = ["state"]
    list_select_related = ["started_by"]
    search_fields = ["source", "kind"]
    sortable_by = []
    actions = None

    class Media:
        css = {"all": ["admin_desk/tables.css", "admin_desk/imports.css"]}

    # Who may: whoever may import may all of it, and nobody else any.

    def has_view_permission(self, request, run=None):
        return request.user.has_perm("articles.run_import")

    has_add_permission = has_view_permission
    has_delete_permission = has_view_permission
    has_module_permission = has_view_permission

    def has_change_permission(self, request, run=None):
        return False

    def get_urls(self):
        def at(address, function, name, only):
            view = self.own_view(only(function))
            return path(f"<int:pk>/{address}/", view, name=f"articles_import_{name}")

        either = require_http_methods(["GET", "HEAD", "POST"])
        return [
            at("progress", progress, "progress", require_safe),
            at("report.json", report_json, "json", require_safe),
            at("report.csv", report_csv, "csv", require_safe),
            at("start", start, "start", either),
            at("go-on", go_on, "go_on", require_POST),
            at("stop", stop, "stop", require_POST),
            at("again", again, "again", either),
            at("undo", undo, "undo", either),
            *super().get_urls(),
        ]

    # The list.

    @admin.display(description=gettext_lazy("source"))
    def named(self, run):
        return run.source

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def called(self, run):
        return import_upload.kinds_called(run.kind)

    @admin.display(description=gettext_lazy("state"))
    def stands(self, run):
        return state_of(run)

    @admin.display(description=gettext_lazy("stories"))
    def counted(self, run):
        if run.is_under_way():
            return import_report.progress_of(run)["told"]
        return import_report.in_a_line(run)

    @admin.display(description=gettext_lazy("when"), ordering="created_at")
    def asked(self, run):
        return date_format(localtime(run.created_at), "j M Y, H:i")

    # The pages.

    def add_view(self, request, form_url="", extra_context=None):
        return import_upload.add(request, self)

    # It checks the token itself, once it has said where the file is to go.
    add_view.csrf_exempt = True

    def change_view(self, request, object_id, form_url="", extra_context=None):
        key = unquote(object_id)
        # No database holds a key of nineteen digits.
        if not key.isascii() or not key.isdecimal() or len(key) > 18:
            raise Http404("There is no such import.")
        return show(request, self, int(key))

    def delete_view(self, request, object_id, extra_context=None):
        run = self.get_object(request, unquote(object_id))
        is_busy = run and run.is_under_way() and run.state != State.WAITING
        if is_busy and self.has_delete_permission(request):
            told = _("Stop this import first: it is under way.")
            self.message_user(request, told, messages.WARNING)
            return back_to(run)
        brought = import_report.number(run.origins.count()) if run else ""
        return super().delete_view(request, object_id, {"brought": brought})

    def get_deleted_objects(self, runs, request):
        """Name no rows: there may be a hundred thousand. The page says what goes."""
        return [], {}, set(), []

    def delete_model(self, request, run):
        uploads.forget(run)
        super().delete_model(request, run)


def state_of(run):
    """Return the state of a run as a mark."""
    state = State.STOPPED if run.is_lost() else run.state
    look = LOOKS.get(state, "off")
    return format_html(
        '<span class="state state-{}">{}</span>', look, State(state).label
    )


def back_to(run):
    return HttpResponseRedirect(reverse("admin:articles_import_change", args=[run.pk]))


def page(request, import_admin, name, run, title, **shown):
    context = {
        **import_admin.admin_site.each_context(request),
        "opts": import_admin.opts,
        "media": import_admin.media,
        "title": title,
        "run": run,
        **shown,
    }
    return TemplateResponse(request, f"admin/articles/import/{name}.html", context)


# The run's own page.


def show(request, import_admin, pk):
    run = import_admin.get_row(request, pk)
    kind = request.GET.get("kind", "")
    progress = import_report.progress_of(run)
    is_at_rest = not progress["is_under_way"] and run.state != State.UNDONE
    brought = run.origins.count()
    return page(
        request,
        import_admin,
        "run",
        run,
        run.source,
        state=state_of(run),
        kind_called=import_upload.kinds_called(run.kind),
        progress=progress,
        counts=import_report.counts_of(run),
        samples=run.counts.get("samples", []),
        kinds=import_report.kinds_of(run),
        kind=kind,
        kind_label=import_report.label_of(kind) if kind else "",
        problems=import_report.problems_page(run, kind, request.GET.get("page")),
        most=import_report.number(import_report.MOST_OF_A_KIND),
        has_more=import_report.has_more(run, kind),
        edited=_worked_on(run.counts.get("edited", [])),
        choices=_choices(run),
        brought=import_report.number(brought),
        has_stories=_has_stories(run),
        may_start=_may_start(run),
        may_go_on=is_at_rest and run.upload and _is_broken_off(run),
        may_look_again=is_at_rest and run.upload and not _is_half_undone(run),
        may_undo=is_at_rest and (brought or _is_half_undone(run) or run.made.exists()),
        may_stop=progress["is_under_way"]
        and run.state in (State.WAITING, State.RUNNING),
        may_delete=not progress["is_under_way"] or run.state == State.WAITING,
    )


def _has_stories(run):
    return any(run.counts.get(outcome) for outcome in ("new", "changed", "unchanged"))


def _may_start(run):
    return run.state == State.SEEN and run.upload and _has_stories(run)


def _is_broken_off(run):
    if _is_half_undone(run):
        return False
    return run.is_lost() or run.state in (State.STOPPED, State.FAILED)


def _is_half_undone(run):
    return run.state == State.UNDOING and "undone" in run.counts


def _choices(run):
    """Return [(what, its value)] of what was chosen for a run."""
    options = run.options
    fields = import_upload.ChoicesForm.base_fields
    shown = {
        "section": options.get("section", ""),
        "tags": ", ".join(options.get("tag", [])),
        "status": Article.Status(options["status"]).label
        if options.get("status")
        else "",
        "timezone": options.get("timezone", ""),
        "site": options.get("site", ""),
        "addresses": _("new ones; the old ones lead there")
        if options.get("new_paths")
        else _("the old ones"),
        "kind": dict(import_upload.KINDS)[options["kind"]]
        if options.get("kind")
        else "",
        "media": options.get("media_upload", ""),
        "hosts": ", ".join(options.get("host") or [options.get("site", "")])
        if options.get("fetch_media")
        else "",
        "blocks": _("yes") if options.get("blocks") else "",
        "rules": _("%d lines") % len(options["rules_text"].splitlines())
        if options.get("rules_text")
        else "",
    }
    return [(fields[name].label, value) for name, value in shown.items() if value]


def progress(request, import_admin, pk):
    return JsonResponse(import_report.progress_of(import_admin.get_row(request, pk)))


def report_json(request, import_admin, pk):
    return import_report.as_json(import_admin.get_row(request, pk))


def report_csv(request, import_admin, pk):
    return import_report.as_csv(import_admin.get_row(request, pk))


# What is asked of it.


def start(request, import_admin, pk):
    """Ask, and let it begin in earnest; its dry run has been seen."""
    run = import_admin.get_row(request, pk)
    if not _may_start(run):
        told = _("Look at its dry run first.")
        import_admin.message_user(request, told, messages.WARNING)
        return back_to(run)
    if request.method != "POST":
        return page(
            *(request, import_admin, "start", run, _("Start the import")),
            counts=import_report.counts_of(run),
            choices=_choices(run),
        )
    return _asked(request, import_admin, run, "Started.", is_dry_run=False)


def go_on(request, import_admin, pk):
    """Go on with one that was stopped, or whose process is gone."""
    run = import_admin.get_row(request, pk)
    if not run.upload or not _is_broken_off(run):
        told = _("There is nothing to go on with.")
        import_admin.message_user(request, told, messages.WARNING)
        return back_to(run)
    return _asked(request, import_admin, run, "Went on.", is_dry_run=run.is_dry_run)


def again(request, import_admin, pk):
    """Change what was chosen, and look through the file once more."""

    def answer(request, handler):
        run = import_admin.get_row(request, pk)
        if not run.upload:
            raise Http404("Its file is not kept.")
        return _again(request, import_admin, run, handler)

    return import_upload.receive(request, import_admin, answer)


# It brings a file, too: `receive` checks the token.
again.csrf_exempt = True


def _again(request, import_admin, run, handler):
    initial = import_upload.initial_of(run.options)
    form = import_upload.ChoicesForm(initial=initial)
    if request.method == "POST":
        form = import_upload.ChoicesForm(request.POST, request.FILES, initial=initial)
        if run.is_under_way():
            return import_upload.sent(request, _not_now(request, import_admin, run))
        if import_upload.is_good(form, handler) and import_upload.has_room(run, form):
            asked = _look_again(request, import_admin, run, form)
            return import_upload.sent(request, asked)
        if told := import_upload.refused(request, form):
            return told
    title = _("Choose otherwise")
    return page(request, import_admin, "again", run, title, form=form)


def _look_again(request, import_admin, run, form):
    options = form.options()
    for name in ("upload", "media_upload"):
        if name in run.options:
            options[name] = run.options[name]
    return _asked(
        *(request, import_admin, run, "Looked through again."),
        is_dry_run=True,
        options=options,
        source=options["source"] or run.source,
    )


def stop(request, import_admin, pk):
    run = import_admin.get_row(request, pk)
    steering.stop(run)
    import_admin.log_change(request, run, "Stopped.")
    return back_to(run)


def undo(request, import_admin, pk):
    """Say what goes, or who has worked on it; take the whole import back."""
    run = import_admin.get_row(request, pk)
    count = run.origins.count()
    if request.method == "POST":
        try:
            steering.ask_to_undo(run)
        except steering.NotNow:
            return _not_now(request, import_admin, run)
        import_admin.log_change(request, run, "Undone.")
        return back_to(run)
    rows = edited(run) if count <= QUICKLY_ASKED else []
    return page(
        *(request, import_admin, "undo", run, _("Undo this import")),
        count=import_report.number(count),
        edited=_worked_on([[row._meta.model_name, row.pk] for row in rows]),
    )


def _asked(request, import_admin, run, note, **asked):
    try:
        steering.ask(run, **asked)
    except steering.NotNow:
        return _not_now(request, import_admin, run)
    import_admin.log_change(request, run, note)
    return back_to(run)


def _not_now(request, import_admin, run):
    told = _("Nothing was done: this import is under way, or was undone.")
    import_admin.message_user(request, told, messages.WARNING)
    return back_to(run)


def _worked_on(keys):
    """Return [{"row", "address", "last": LogEntry or None}] of [[model, key]]."""
    shown = []
    for model in (Article, Page):
        name = model._meta.model_name
        rows = model._base_manager.in_bulk([k for found, k in keys if found == name])
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model),
            object_id__in=[str(key) for key in rows],
        )
        entries = entries.select_related("user").order_by("action_time")
        last = {entry.object_id: entry for entry in entries}
        shown += [
            {
                "row": row,
                "address": reverse(f"admin:articles_{name}_change", args=[key]),
                "last": last.get(str(key)),
            }
            for key, row in rows.items()
        ]
    return shown
