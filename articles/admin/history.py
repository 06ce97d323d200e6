"""The history of an article: its versions listed, named, compared and restored.

The list, the names and the comparison are those of simple pages as well: `desk` is
then the pages', `article` a Page. What a desk calls `snapshots` is the module that
knows what its versions hold: articles.revisions or articles.pages.
"""

from functools import partial

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Min, Q
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import publishing, revisions
from articles.admin.verbs import needs_copy
from articles.compare import compare_values
from articles.models import Article, Revision, Tag
from authors.models import Author

NOW = "now"
PER_PAGE = 50
# What compare_values holds that can be shown in two ways.
VIEWS = ("sides", "running")


def urls(desk, restore=None):
    """Return the pages of the history, the list under Django's own name."""
    restore = restore or restore_article
    views = [
        ("<int:pk>/history/", history, "history"),
        ("<int:pk>/history/compare/", compare, "compare"),
        ("<int:pk>/history/<int:number>/name/", rename, "rename"),
        ("<int:pk>/history/<int:number>/restore/", restore, "restore"),
    ]
    return [
        path(
            address,
            desk.admin_site.admin_view(partial(view, desk)),
            name=f"articles_{desk.opts.model_name}_{name}",
        )
        for address, view, name in views
    ]


def context(desk, request, article):
    return {}


def compare_snapshots(
    old, new, names=revisions.CONTENT, *, running=False, label_of=revisions.label_of
):
    """Return what differs: [{"name", "label", "html"}, …], as the form has it.

    Show each with templates/admin/articles/_compare_field.html.
    """
    return [
        {
            "name": name,
            "label": label_of(name),
            "html": compare_values(name, old.get(name), new.get(name), running=running),
        }
        for name in names
        if or_none(old.get(name)) != or_none(new.get(name))
    ]


def or_none(value):
    """Return a value; None for what a reader cannot tell from none."""
    return None if value in ("", []) else value


# The list.


def history(desk, request, pk):
    """List the versions: those with a name or readers, and on demand every one.

    The snapshots stay in the database: 500 of 50 KB are not needed for a list.
    """
    article = desk.get_row(request, pk)
    versions = without_snapshots(article.revisions.all())
    first_two = list(versions[:2])
    newest = first_two[0] if first_two else None
    seen = public_version(article)
    has_kept = Q(was_public=True) | ~Q(name="")
    count = article.revisions.order_by().aggregate(
        total=Count("pk"), kept=Count("pk", filter=has_kept), first=Min("number")
    )
    shows_all = "all" in request.GET or not count["kept"]
    if not shows_all:
        versions = versions.filter(has_kept | Q(pk=newest.pk))
    page = Paginator(versions, PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    for revision in rows:
        revision.is_seen = revision == seen
        revision.is_now = revision == newest and revision != seen
    chosen = [revision.number for revision in first_two]
    if not shows_all and len(rows) > 1:
        chosen = [revision.number for revision in rows[:2]]
    return render(
        request,
        "admin/articles/article/history.html",
        {
            **surroundings(desk, request, article),
            "title": _("History"),
            "page": page,
            "page_range": page.paginator.get_elided_page_range(page.number),
            "rows": rows,
            "total": count["total"],
            "first_number": count["first"],
            "shows_all": shows_all,
            "has_less": count["total"] > count["kept"] > 0,
            "chosen_new": chosen[0] if chosen else None,
            "chosen_old": chosen[-1] if chosen else None,
            "may_change": desk.has_change_permission(request, article),
        },
    )


def without_snapshots(versions):
    return versions.select_related("restored_from").defer(
        "snapshot", "restored_from__snapshot"
    )


def public_version(article):
    """Return the version readers see now, None where they see none."""
    if not article.is_live():
        return None
    return article.revisions.filter(was_public=True).defer("snapshot").first()


def surroundings(desk, request, article):
    start = f"{desk.admin_site.name}:articles_{desk.opts.model_name}"
    return {
        **desk.admin_site.each_context(request),
        "views": {
            name: f"{start}_{name}"
            for name in ("change", "history", "compare", "rename", "restore")
        },
        "opts": desk.opts,
        "original": article,
        "article": article,
        "state": article.state(),
    }


def get_version(article, number):
    return get_object_or_404(article.revisions, number=number)


def back_to_history(article, request):
    name = f"admin:articles_{article._meta.model_name}_history"
    address = reverse(name, args=[article.pk])
    asked = request.POST.get("query", "")
    # Only the list's own choices: the rest of an address is nobody's to write.
    kept = {"all": "?all=1"}.get(asked, "")
    return HttpResponseRedirect(address + kept)


def rename(desk, request, pk, number):
    """Give a version a name, change it, or take it away."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    article = desk.get_row(request, pk)
    if not desk.has_change_permission(request, article):
        raise PermissionDenied
    version = get_version(article, number)
    name_form = forms.modelform_factory(type(version), fields=["name"])
    form = name_form(request.POST, instance=version)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["name"]))
    elif form.has_changed():
        revision = form.save(commit=False)
        revision.save(update_fields=["name"])
        told = (
            _("Version %(number)s is called “%(name)s” now.")
            if revision.name
            else _("Version %(number)s has no name any more.")
        )
        messages.success(request, told % {"number": number, "name": revision.name})
    return back_to_history(article, request)


# Two versions side by side.


def compare(desk, request, pk):
    """Show what differs between two versions, or a version and the text of today.

    Without an older one, the version is compared with the one before it.
    """
    article = desk.get_row(request, pk)
    old, new = (read_number(request.GET.get(side)) for side in ("old", "new"))
    if "old" not in request.GET and isinstance(new, int):
        old = number_before(article, new)
    if old is None or new is None or old == new:
        messages.error(request, _("Choose two different versions to compare."))
        return back_to_history(article, request)
    if old == NOW or (new != NOW and old > new):
        old, new = new, old
    old = get_version(article, old)
    snapshot = None
    if new == NOW:
        new = None
        snapshot = snapshot_now(desk, article)
    else:
        new = get_version(article, new)
        snapshot = new.snapshot
    view = request.GET.get("view")
    view = view if view in VIEWS else VIEWS[0]
    return render(
        request,
        "admin/articles/article/compare.html",
        {
            **surroundings(desk, request, article),
            "title": _("Compare versions"),
            "old": old,
            "new": new,
            "fields": compare_snapshots(
                old.snapshot,
                snapshot,
                desk.snapshots.CONTENT,
                running=view == "running",
                label_of=desk.snapshots.label_of,
            ),
            "view": view,
            "may_change": desk.has_change_permission(request, article),
            **neighbours(article, old, new),
        },
    )


def snapshot_now(desk, article):
    """Return the snapshot of what the form shows: of changes, where there are some."""
    if isinstance(article, Article):
        article = publishing.working_row(article)
    return desk.snapshots.take(article)


def read_number(text):
    """Return a version's number, NOW, or None for what is neither."""
    if text == NOW:
        return NOW
    # Larger ones no database column holds.
    is_number = text and text.isascii() and text.isdecimal() and len(text) < 10
    return int(text) if is_number else None


def number_before(article, number):
    numbers = article.revisions.filter(number__lt=number)
    return numbers.values_list("number", flat=True).first()


def neighbours(article, old, new):
    """Return the numbers of the versions before and after the two."""
    after = article.revisions.filter(number__gt=new.number) if new else None
    return {
        "earlier": number_before(article, old.number),
        "later": new and after.values_list("number", flat=True).last(),
    }


# Bringing one back.


def restore_article(desk, request, pk, number):
    """Ask, showing what will change; then write an old version into the article."""
    article = desk.get_row(request, pk)
    if not desk.has_change_permission(request, article):
        raise PermissionDenied
    revision = get_version(article, number)
    names = restorable(desk, request, revision)
    if request.method == "POST":
        return do_restore(request, article, revision, names)
    now = revisions.take(publishing.working_row(article))
    return render(
        request,
        "admin/articles/article/restore.html",
        {
            **surroundings(desk, request, article),
            "title": _("Restore version %s") % revision.number,
            "revision": revision,
            "fields": compare_snapshots(now, revision.snapshot, names, running=True),
            "losses": losses(now, revision.snapshot, names),
            "goes_to_copy": goes_to_copy(article, request.user),
            "query": "all" if "all" in request.GET else "",
        },
    )


def restorable(desk, request, revision):
    """Return the names of what this user may bring back.

    A contributor's form does not hold all of an article: what it lacks stays as
    the editors left it. A version from before a field was made knows nothing of it.
    """
    names = [name for name in revisions.RESTORED if name in revision.snapshot]
    if desk.has_edit_all_permission(request):
        return names
    fields = {
        name
        for _label, options in desk.get_fieldsets(request)
        for name in options["fields"]
    }
    return [name for name in names if name in fields or name == "bylines"]


def goes_to_copy(article, user):
    """Say whether the text goes to the working copy, which readers do not see."""
    return article.has_unpublished_changes or needs_copy(article, user)


def do_restore(request, article, revision, names):
    with transaction.atomic():
        # The row is held from here on, so that nobody saves in between.
        article = Article.objects.select_for_update().get(pk=article.pk)
        to_copy = goes_to_copy(article, request.user)
        row = publishing.working_row(article)
        now = revisions.take(row)
        changed = [name for name in names if now[name] != revision.snapshot[name]]
        if not changed:
            messages.info(request, _("The article reads like this version already."))
            return back_to_history(article, request)
        warnings = losses(now, revision.snapshot, names)
        keep_what_stands(article, row, now)
        if to_copy:
            row = publishing.open_working_copy(article, request.user)
        warnings += stop_the_clock(row, request.user)
        revisions.put(row, revision.snapshot, names)
        made = revisions.record(
            row, request.user, Revision.Event.RESTORED, restored_from=revision
        )
    tell(request, revision, made, warnings, to_copy)
    return HttpResponseRedirect(
        reverse("admin:articles_article_change", args=[article.pk])
    )


def stop_the_clock(row, user):
    """Let changes wait for an editor where this user may not publish them."""
    if not row.changes_due_at or user.has_perm("articles.publish_article"):
        return []
    row.changes_due_at = None
    row.save(update_fields=["changes_due_at"])
    return [_("The changes no longer go out by themselves: a publisher has to look.")]


def keep_what_stands(article, row, now):
    """Record what the newest version does not tell of yet.

    An import or a merge of authors may have changed the text since.
    """
    newest = article.revisions.first()
    if newest is None or not revisions.says(newest, now):
        revisions.record(row, None, Revision.Event.BEFORE, created_at=row.updated_at)


def tell(request, revision, made, warnings, to_copy):
    told = _("Version %(old)s is back, as version %(new)s.") % {
        "old": revision.number,
        "new": made.number,
    }
    if to_copy:
        told = "{} {}".format(
            told, _("Readers see nothing of it until the changes are published.")
        )
    messages.success(request, told)
    for sentence in warnings:
        messages.warning(request, sentence)


def losses(now, snapshot, names):
    """Return sentences about what a version names and the newsroom has no more."""
    sentences = []
    for name, model in revisions.REFERENCES.items():
        value = snapshot.get(name)
        if name not in names or not value or now[name] == value:
            continue
        if not model.objects.filter(pk=value["id"]).exists():
            sentences.append(
                _("%(what)s: “%(name)s” no longer exists; the field is left empty.")
                % {"what": revisions.label_of(name), "name": value["name"]}
            )
    if "bylines" in names and now["bylines"] != snapshot["bylines"]:
        sentences += lost_authors(snapshot["bylines"])
    if "tags" in names and now["tags"] != snapshot["tags"]:
        sentences += lost_tags(snapshot["tags"])
    if "related" in names and now["related"] != snapshot["related"]:
        sentences += lost_stories(snapshot["related"])
    return sentences


def lost_authors(lines):
    wanted = {line["author"]["id"]: line["author"]["name"] for line in lines}
    for pk in Author.objects.filter(pk__in=wanted).values_list("pk", flat=True):
        del wanted[pk]
    return [
        _("The author “%s” no longer exists and is left out of the byline.") % name
        for name in wanted.values()
    ]


def lost_stories(picked):
    wanted = {row["id"]: row["name"] for row in picked}
    there = Article.objects.filter(pk__in=wanted).order_by()
    for pk in there.values_list("pk", flat=True):
        del wanted[pk]
    return [
        _("The related story “%s” no longer exists and is left out.") % name
        for name in wanted.values()
    ]


def lost_tags(names):
    there = set(Tag.objects.filter(name__in=names).values_list("name", flat=True))
    lost = [name for name in names if name not in there]
    if not lost:
        return []
    told = ngettext(
        "The tag %s no longer exists and is made again.",
        "The tags %s no longer exist and are made again.",
        len(lost),
    )
    return [told % ", ".join(f"“{name}”" for name in lost)]
