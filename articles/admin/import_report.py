"""What a run tells: how far it is, what became of it, what it did not understand."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles.importers.running import MOST_OF_A_KIND
from articles.models import Import
from authors.sheets import write_csv

State = Import.State
PER_PAGE = 50
# The clock looks every second.
PATIENCE = timedelta(seconds=10)
# Kinds of problems, as an editor calls them; another's own word is shown for a new one.
KINDS = {
    "address": gettext_lazy("addresses that could not be kept"),
    "address-taken": gettext_lazy("addresses where something stands already"),
    "ambiguous-date": gettext_lazy("dates that may mean two days"),
    "answer": gettext_lazy("answers to others' stories, kept as drafts"),
    "author-box": gettext_lazy("closing boxes that were not fully understood"),
    "binary": gettext_lazy("files that are no text"),
    "block": gettext_lazy("blocks without a counterpart"),
    "byline-from-box": gettext_lazy("bylines taken from the closing box"),
    "card": gettext_lazy("cards without a counterpart"),
    "comments": gettext_lazy("comments"),
    "damaged": gettext_lazy("exports that are broken off"),
    "date": gettext_lazy("dates that could not be read"),
    "date-from-address": gettext_lazy("dates taken from the address"),
    "date-from-copyright": gettext_lazy("dates taken from the copyright line"),
    "date-of-change": gettext_lazy("dates of the last change, for want of others"),
    "date-rule": gettext_lazy("dates that the rules’ format does not fit"),
    "dead-link": gettext_lazy("links to what was not imported"),
    "dead-picture": gettext_lazy("links to pictures that were not imported"),
    "document-missing": gettext_lazy("documents that could not be fetched"),
    "doubtful-encoding": gettext_lazy("pages whose encoding was guessed"),
    "duplicate": gettext_lazy("copies of a story, left out"),
    "empty": gettext_lazy("empty files"),
    "encoded-twice": gettext_lazy("pages that were encoded twice, mended"),
    "expired": gettext_lazy("stories whose time was over, kept as drafts"),
    "frames": gettext_lazy("sets of frames, left out"),
    "gallery": gettext_lazy("galleries without pictures"),
    "ignored": gettext_lazy("pages that the rules leave out"),
    "kept": gettext_lazy("changes by editors that were kept"),
    "left-out": gettext_lazy("things that were left out"),
    "liquid": gettext_lazy("tags of templates without a counterpart"),
    "list": gettext_lazy("lists of links, left out"),
    "long-headline": gettext_lazy("headlines that were cut"),
    "mail-only": gettext_lazy("stories that went out as mails only, kept as drafts"),
    "members-only": gettext_lazy("stories for members, kept as drafts"),
    "missing": gettext_lazy("files that are missing"),
    "no-byline": gettext_lazy("stories without a byline"),
    "no-date": gettext_lazy("stories without a date"),
    "no-headline": gettext_lazy("stories without a headline"),
    "no-text": gettext_lazy("pages without text"),
    "other-page": gettext_lazy("other pages under a known name"),
    "outside": gettext_lazy("files that lead out of the archive"),
    "own-export": gettext_lazy("exports of a newsroom, for import_site"),
    "password": gettext_lazy("stories behind a password, kept as drafts"),
    "picture": gettext_lazy("pictures that could not be read"),
    "picture-elsewhere": gettext_lazy("pictures on other sites"),
    "picture-missing": gettext_lazy("pictures that are not in the archive"),
    "picture-not-fetched": gettext_lazy("pictures that could not be fetched"),
    "post-type": gettext_lazy("posts of a kind of their own"),
    "private": gettext_lazy("private stories, kept as drafts"),
    "redirect": gettext_lazy("redirects that could not be taken over"),
    "rule-unused": gettext_lazy("rules that never found anything"),
    "same-name": gettext_lazy("stories of the same name, left out"),
    "shortcode": gettext_lazy("shortcodes without a counterpart"),
    "status": gettext_lazy("states without a counterpart"),
    "sticky": gettext_lazy("stories that were pinned to the top"),
    "stray-bytes": gettext_lazy("pages with letters of another encoding, mended"),
    "summary": gettext_lazy("stories of which there is only a summary"),
    "thread": gettext_lazy("conversations, which stayed behind"),
    "too-deep": gettext_lazy("pages nested too deeply"),
    "too-large": gettext_lazy("files that are too large"),
    "too-many": gettext_lazy("authors or tags that were too many"),
    "trashed": gettext_lazy("stories from the trash, left there"),
    "unknown-section": gettext_lazy("sections that do not exist here"),
    "unparsable": gettext_lazy("files that could not be understood"),
    "unreadable": gettext_lazy("files that could not be read"),
    "unsound": gettext_lazy("feeds that are broken off, or no sound XML"),
    "vague-date": gettext_lazy("dates without a day"),
    "weak-extraction": gettext_lazy("pages whose text was hard to tell"),
}


def number(value):
    return number_format(value, force_grouping=True)


# How far it is.


def progress_of(run):
    """Return {"state", "is_under_way", "share": 0 to 100 or None, "told": sentence}."""
    share = None
    if run.total and run.state in (State.RUNNING, State.STOPPING):
        share = min(100, run.done * 100 // run.total)
    undone = run.counts.get("undone") if run.state == State.UNDOING else None
    if undone and undone["total"]:
        share = min(100, undone["done"] * 100 // undone["total"])
    return {
        "state": run.state,
        "is_under_way": run.is_under_way(),
        "share": share,
        "told": _told(run),
    }


def _told(run):
    undone = run.counts.get("undone")
    if run.is_lost() and run.state == State.UNDOING and undone:
        return _("A part of it is undone, and its process is gone. Undo it to its end.")
    if run.is_lost():
        return _("Its process is gone; what it had written so far is kept.")
    if run.state == State.STOPPING:
        return _("It stops as soon as the stories at hand are written.")
    if run.state == State.UNDOING and run.began_at:
        return _undone(undone)
    if run.state in (State.WAITING, State.UNDOING):
        return _waiting(run)
    return _rate(run) if run.state == State.RUNNING else ""


def _undone(undone):
    if not undone:
        return _("It is being looked at whether somebody worked on any of it.")
    told = {"done": number(undone["done"]), "total": number(undone["total"])}
    return _("It is being undone: %(done)s of %(total)s rows are gone.") % told


def _waiting(run):
    others = Import.objects.filter(state__in=Import.AT_WORK, began_at__isnull=False)
    if any(not other.is_lost() for other in others.exclude(pk=run.pk)):
        return _("It begins when the import that is running now has ended.")
    if not run.beat_at or timezone.now() - run.beat_at < PATIENCE:
        return _("It begins in a moment.")
    verb = "--undo" if run.state == State.UNDOING else "--run"
    return _(
        "Nobody has begun it yet. The site’s clock does that (manage.py serve, or "
        "tick --loop), on the machine that has the file. Without one: "
        "manage.py import_articles %(verb)s %(number)s"
    ) % {"verb": verb, "number": run.pk}


def _rate(run):
    if not run.done or not run.began_at:
        return _("It is reading the file.")
    seconds = max(0.1, (run.beat_at - run.began_at).total_seconds())
    rate = run.done / seconds
    told = {
        "done": number(run.done),
        "rate": number(round(rate, 1) if rate < 9.95 else round(rate)),
    }
    if not run.total:
        return _("%(done)s stories, %(rate)s per second.") % told
    left = max(0, run.total - run.done) / rate
    told |= {"total": number(run.total), "left": _duration(left)}
    return (
        _("%(done)s of %(total)s stories, %(rate)s per second; %(left)s left.") % told
    )


def _duration(seconds):
    if seconds < 90:
        count = max(1, round(seconds))
        return ngettext("%d second", "%d seconds", count) % count
    if seconds < 90 * 60:
        count = round(seconds / 60)
        return ngettext("%d minute", "%d minutes", count) % count
    count = round(seconds / 3600)
    return ngettext("%d hour", "%d hours", count) % count


# What became of it.


def counts_of(run):
    """Return [(number, what, whether it is wrong)] of a run's stories."""
    counts = run.counts
    words = (
        [("new", _("would be new")), ("changed", _("would change"))]
        if run.is_dry_run
        else [("new", _("new")), ("changed", _("changed"))]
    )
    words += [("unchanged", _("here already")), ("broken", _("not imported"))]
    shown = [(counts.get(key, 0), word, key == "broken") for key, word in words]
    if counts.get("kept"):
        shown.append((counts["kept"], _("with changes by editors, kept"), False))
    if counts.get("comments"):
        shown.append((counts["comments"], _("comments left behind"), False))
    return [
        (number(count), word, is_wrong and count) for count, word, is_wrong in shown
    ]


def in_a_line(run):
    """Return the counts as the list of imports shows them, without what is none."""
    if not run.counts:
        return ""
    told = [f"{count} {word}" for count, word, _wrong in counts_of(run) if count != "0"]
    return ", ".join(told) or _("nothing")


def kinds_of(run):
    """Return [(kind, what it is called, how many)], the most frequent first."""
    found = run.counts.get("problems", {})
    rows = sorted(found.items(), key=lambda row: (-row[1], row[0]))
    return [(kind, label_of(kind), number(count)) for kind, count in rows]


def label_of(kind):
    return capfirst(KINDS.get(kind) or kind.replace("-", " "))


def problems_page(run, kind, wanted):
    """Return a page of a run's problems, of one kind or of all."""
    problems = run.problems.filter(kind=kind) if kind else run.problems.all()
    page = Paginator(problems, PER_PAGE).get_page(wanted)
    stories = _stories_of(run, {problem.file for problem in page})
    for problem in page:
        problem.label = label_of(problem.kind)
        problem.story = stories.get(problem.file)
        problem.address = _address_of(problem.story)
    return page


def _stories_of(run, files):
    """Return {name in the source: the row it became} of what a run brought."""
    origins = run.origins.filter(identifier__in=files).defer("source", "imported")
    return {
        origin.identifier: origin.article or origin.page
        for origin in origins.select_related("article", "page")
    }


def _address_of(story):
    if story is None:
        return ""
    return reverse(f"admin:articles_{story._meta.model_name}_change", args=[story.pk])


def has_more(run, kind):
    """Say whether there were more of a kind than a run keeps, or of any."""
    counts = run.counts.get("problems", {})
    shown = [counts.get(kind, 0)] if kind else counts.values()
    return any(count > MOST_OF_A_KIND for count in shown)


# To take away.


def as_json(run):
    """Return the report as the command's --report writes it."""
    told = {
        "source": run.source,
        "kind": run.kind,
        "state": run.state,
        "is_dry_run": run.is_dry_run,
        "ended_at": run.ended_at,
        **run.counts,
        "list": list(_rows(run)),
    }
    response = JsonResponse(
        told, json_dumps_params={"indent": 1, "ensure_ascii": False}
    )
    return _named(response, run, "json")


def as_csv(run):
    header = [_("kind"), _("file"), _("line"), _("reason"), _("sample")]
    rows = ([str(value or "") for value in row.values()] for row in _rows(run))
    content = write_csv(header, rows)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    return _named(response, run, "csv")


def _rows(run):
    names = ("kind", "file", "line", "reason", "sample")
    return run.problems.values(*names).iterator()


def _named(response, run, ending):
    name = f"import-{run.pk}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
