"""Another address for a story that has one, on a page of its own.

What is moved is no part of the text: it counts at once, and is in no version. The old
address leads to the new one (newsroom.redirects.receivers).
"""

from functools import partial

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from articles.models import Article, Page

NAME = "articles_article_move"


def urls(desk):
    answering = require_http_methods(["GET", "HEAD", "POST"])
    view = desk.admin_site.admin_view(answering(partial(move, desk)))
    return [path("<int:pk>/address/", view, name=NAME)]


def context(desk, request, article):
    return {}


def refuse_taken(address, article):
    """Raise ValidationError for an address where something else stands.

    What has the very same path is told of by the field itself.
    """
    if Page.objects.filter(path=address).exists():
        raise ValidationError(_("A page stands at this address."))
    others = Article.objects.exclude(pk=article.pk).at_address(address)
    if others.exclude(path=address).exists():
        raise ValidationError(
            _("An article stands at this address, spelled in another way.")
        )


class AddressForm(forms.ModelForm):
    class Meta:
        model = Article
        fields = ["path"]
        labels = {"path": _("New address")}
        help_texts = {
            "path": _("From the “/” on, as /2026/11/the-headline/. Capitals count.")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["path"].required = True

    def clean_path(self):
        refuse_taken(self.cleaned_data["path"], self.instance)
        return self.cleaned_data["path"]


def may_move(desk, request, article):
    """Readers and other sites have the address: it is for those who publish."""
    return desk.has_publish_permission(request) and desk.has_change_permission(
        request, article
    )


def shown(article):
    """Return an article's address with the way to move it."""
    return format_html(
        '<bdi class="address">{}</bdi> <a href="{}">{}</a>',
        article.path,
        reverse(f"admin:{NAME}", args=[article.pk]),
        _("Change…"),
    )


def move(desk, request, pk):
    article = desk.get_article(request, pk)
    if not article.path or not may_move(desk, request, article):
        raise PermissionDenied
    if request.method != "POST":
        form = AddressForm(instance=article)
        return _shown(desk, request, article, article.path, form)
    with transaction.atomic():
        article = Article.objects.select_for_update().get(pk=article.pk)
        old, form = article.path, AddressForm(request.POST, instance=article)
        if form.is_valid():
            return _moved(desk, request, article, old)
    return _shown(desk, request, article, old, form)


def _shown(desk, request, article, old, form):
    title = _("Change the address")
    page = {"form": form, "old": old, "article": article, "title": title}
    return TemplateResponse(
        request,
        "admin/articles/article/move.html",
        {**desk.admin_site.each_context(request), "opts": desk.opts, **page},
    )


def _moved(desk, request, article, old):
    if article.path != old:
        article.save(update_fields=["path"])
        desk.log_change(request, article, f"Moved from {old} to {article.path}.")
        told = _("It stands at “{}” now; “{}” leads there.")
        told = told.format(article.path, old)
        desk.message_user(request, told, messages.SUCCESS)
    form = reverse("admin:articles_article_change", args=[article.pk])
    return HttpResponseRedirect(form)
