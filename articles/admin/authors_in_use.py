"""The admin of authors, when there are articles: it knows what uses an author.

The authors app names no article, so it stands here and takes the place of its own.
"""

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from articles.admin.in_use import KeptWhileUsed, SuccessorForm, delete_selected
from articles.models import Article, Byline
from authors.admin import AuthorAdmin
from authors.models import Author


class AuthorSuccessorForm(SuccessorForm):
    fills = forms.BooleanField(
        label=_(
            "Fill in what the other one lacks: portrait, lines about them, contact"
        ),
        required=False,
    )
    keeps_printed_name = forms.BooleanField(
        label=_("Keep printing this name in the bylines that move"), required=False
    )


admin.site.unregister(Author)


@admin.register(Author)
class AuthorInUseAdmin(KeptWhileUsed, AuthorAdmin):
    list_display = [*AuthorAdmin.list_display, "written"]
    choice = Byline._meta.get_field("author")
    successor_form = AuthorSuccessorForm
    article_filter = "author"
    actions = [delete_selected]
    consequence = _(
        "The bylines move to the one you choose. This name stays known as another "
        "spelling of theirs, links that they lack move with it, and the login too, if "
        "they have none."
    )

    def get_queryset(self, request):
        """Count the articles on the desk: a working copy is no second one."""
        bylines = Byline.objects.filter(
            author=OuterRef("pk"), article__status__in=Article.LISTED
        )
        counted = bylines.order_by().values("author")
        count = counted.annotate(n=Count("article", distinct=True)).values("n")
        authors = super().get_queryset(request)
        return authors.annotate(article_count=Coalesce(Subquery(count), 0))

    @admin.display(description=_("articles"))
    def written(self, author):
        return author.article_count
