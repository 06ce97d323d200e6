"""Linking an article with its translations, on a page of its own.

What is linked is no part of the text: it counts at once, and is in no version.
"""

from functools import partial

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from articles import translations
from articles.models import Article, Byline
from authors.desk import TypedSelect

NAME = "articles_article_translations"
# A choice of articles by typing, as a form with this key offers it.
STORY = Byline._meta.get_field("article")


def urls(desk):
    view = desk.admin_site.admin_view
    answering = require_http_methods(["GET", "HEAD", "POST"])
    return [
        path(
            "<int:pk>/translations/",
            view(answering(partial(linked, desk))),
            name=NAME,
        ),
        path(
            "<int:pk>/translations/<int:other>/part/",
            view(require_POST(partial(part, desk))),
            name=f"{NAME}_part",
        ),
    ]


def context(desk, request, article):
    """Return what stands beside the form: the other articles of the group."""
    if article is None or not may_link(desk, request, article):
        return {}
    others = translations.members_of(article).exclude(pk=article.pk)
    others = others.only("headline", "language")
    return {"translations": [named(row) for row in others], "may_link": True}


def may_link(desk, request, article):
    return desk.has_edit_all_permission(request) and desk.has_change_permission(
        request, article
    )


def named(article):
    article.language_name = translations.name_of(article.language)
    return article


class LinkForm(forms.Form):
    other = forms.ModelChoiceField(
        Article.objects.none(),
        label=_("Translation"),
        help_text=_("Words of its headline. Its language is in its own form."),
        error_messages={"invalid_choice": _("Choose an article of the list.")},
    )

    def __init__(self, *args, desk, request, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["other"]
        field.queryset = Article.objects.for_desk(request.user)
        field.widget = TypedSelect(STORY, desk.admin_site)
        field.widget.choices = field.choices


def _article(desk, request, pk):
    article = desk.get_article(request, pk)
    if not may_link(desk, request, article):
        raise PermissionDenied
    return article


def linked(desk, request, pk):
    """List an article's translations, and link another one."""
    article = _article(desk, request, pk)
    sent = request.POST if request.method == "POST" else None
    form = LinkForm(sent, desk=desk, request=request)
    if sent is not None and form.is_valid():
        other = form.cleaned_data["other"]
        try:
            translations.link(article, other)
        except translations.CannotLink as reason:
            form.add_error("other", str(reason))
        else:
            desk.log_change(request, article, f"Linked with the translation {other}.")
            desk.message_user(request, _("They are linked."), messages.SUCCESS)
            return _back(article)
    members = translations.members_of(article).only("headline", "language", "status")
    page = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": _("Translations"),
        "article": named(article),
        "form": form,
        "members": [named(row) for row in members if row.pk != article.pk],
        "media": desk.media + form.media,
    }
    return TemplateResponse(request, "admin/articles/article/translations.html", page)


def part(desk, request, pk, other):
    """Take another article out of this one's group."""
    article = _article(desk, request, pk)
    found = translations.members_of(article).filter(pk=other).first()
    if found is None:
        raise Http404("This article has no such translation.")
    translations.part(found)
    desk.log_change(request, article, f"Parted from the translation {found}.")
    desk.message_user(request, _("They are no longer linked."), messages.SUCCESS)
    return _back(article)


def _back(article):
    return HttpResponseRedirect(reverse(f"admin:{NAME}", args=[article.pk]))
