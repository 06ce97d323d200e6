"""Notes on an article: what the newsroom says to itself about it, beside the form.

A note belongs to the live row, also while a working copy is edited, and no reader's
page knows of notes. Adding one must neither send nor lose what stands in the form:
the panel's fields belong to a form of their own (_notes_form.html), which
static/admin_desk/notes.js sends by itself, and a browser without it the plain way.
"""

from functools import partial, wraps

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from articles import notices
from articles.admin.autosave import in_json, read, refuse
from articles.models import Note
from articles.revisions import name_of

LONGEST = 5000
PARAGRAPH = Note._meta.get_field("paragraph").max_length


class NoteForm(forms.Form):
    note_text = forms.CharField(
        max_length=LONGEST, error_messages={"required": _("The note is empty.")}
    )
    note_paragraph = forms.CharField(required=False)

    def clean_note_paragraph(self):
        return " ".join(self.cleaned_data["note_paragraph"].split())[:PARAGRAPH]


def urls(desk):
    verbs = {"resolve": resolve, "reopen": reopen, "delete": delete}
    return [
        path("<int:pk>/notes/", either_way(desk, add), name="articles_article_notes"),
        *[
            path(
                f"<int:pk>/notes/<int:number>/{name}/",
                either_way(desk, partial(change, verb)),
                name=f"articles_article_note_{name}",
            )
            for name, verb in verbs.items()
        ],
    ]


def context(desk, request, article):
    return notes_of(article, request.user) if article else {}


def send_back(article, user, text):
    """Keep what is said when an article goes back; returns the note, None without."""
    text = text.replace("\0", "").strip()
    if not text:
        return None
    return write(article.original, user, text, is_send_back=True)


@transaction.atomic
def write(article, user, text, **fields):
    note = Note.objects.create(
        article=article,
        text=text,
        written_by=user,
        written_by_name=name_of(user),
        **fields,
    )
    notices.noted(note)
    return note


def notes_of(article, user):
    """Return what _notes.html shows: the open notes, and those that are resolved."""
    notes = list(article.notes.select_related("written_by", "resolved_by"))
    for note in notes:
        note.is_own = note.written_by_id == user.pk
        note.resolver = name_of(note.resolved_by)
    return {
        "notes": [note for note in notes if note.resolved_at is None],
        "resolved_notes": [note for note in notes if note.resolved_at],
        "longest_note": LONGEST,
    }


# Views: a script gets JSON, a plain form the article's page.


def either_way(desk, view):
    by_script = in_json(desk, view)
    by_hand = desk.admin_site.admin_view(partial(view, desk))

    @require_POST
    @wraps(by_hand)
    def inner(request, *args, **kwargs):
        answer_to = by_script if wants_json(request) else by_hand
        return answer_to(request, *args, **kwargs)

    return inner


def wants_json(request):
    return request.headers.get("Accept") == "application/json"


def add(desk, request, pk):
    article = desk.get_article(request, pk)
    form = NoteForm(sent_to(request))
    if not form.is_valid():
        sentences = [error for errors in form.errors.values() for error in errors]
        return fail(desk, request, article, " ".join(sentences))
    text, paragraph = form.cleaned_data.values()
    write(article, request.user, text, paragraph=paragraph)
    return answer(desk, request, article, _("The note was added."))


def sent_to(request):
    if not wants_json(request):
        return request.POST
    sent = read(request) or {}
    # A script may send half a character, which no database takes.
    return {
        name: str(value).encode("utf-8", "ignore").decode()
        for name, value in sent.items()
    }


def change(verb, desk, request, pk, number):
    article = desk.get_article(request, pk)
    note = get_object_or_404(article.notes, pk=number)
    return verb(desk, request, article, note)


def resolve(desk, request, article, note):
    # Whoever was first has resolved it.
    article.notes.filter(pk=note.pk, resolved_at=None).update(
        resolved_at=timezone.now(), resolved_by=request.user
    )
    return answer(desk, request, article, _("The note is resolved."))


def reopen(desk, request, article, note):
    article.notes.filter(pk=note.pk).update(resolved_at=None, resolved_by=None)
    return answer(desk, request, article, _("The note is open again."))


def delete(desk, request, article, note):
    if note.written_by_id != request.user.pk:
        sentence = _("Only who wrote a note can delete it. You can resolve it.")
        return fail(desk, request, article, sentence)
    note.delete()
    return answer(desk, request, article, _("The note was deleted."))


def answer(desk, request, article, sentence):
    if not wants_json(request):
        desk.message_user(request, sentence, messages.SUCCESS)
        return back(article)
    shown = {"article": article} | notes_of(article, request.user)
    html = render_to_string("admin/articles/article/_notes_list.html", shown, request)
    return JsonResponse(
        {"html": html, "count": len(shown["notes"]), "message": sentence}
    )


def fail(desk, request, article, sentence):
    if wants_json(request):
        return refuse(request, 400, sentence)
    desk.message_user(request, sentence, messages.ERROR)
    return back(article)


def back(article):
    address = reverse("admin:articles_article_change", args=[article.pk])
    return HttpResponseRedirect(f"{address}#notes")
