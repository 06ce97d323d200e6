from csp.decorators import csp_replace
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from articles import views
from articles.admin import actions, article_list
from articles.admin.article_form import (
    CONTRIBUTOR_FIELDSETS,
    EDITOR_FIELDSETS,
    ArticleForm,
    BylineInline,
    CorrectionInline,
)
from articles.admin.tag_field import TagsField
from articles.admin.verbs import STATES, perform, verbs_for
from articles.html import lost
from articles.models import Article
from authors.desk import DeskAdmin

Status = Article.Status
# What stands around the form, a module each, with two functions:
# `urls(desk)` returns its URL patterns, to be put before Django's own;
# `context(desk, request, article)` what its part of the form's page shows
# (article is the live row, or None for one that is not saved yet).
PARTS = ()


@admin.register(Article)
class ArticleAdmin(DeskAdmin):
    """The desk's heart: who sees which articles, and what they may do to them.

    Whoever holds `edit_all_articles` sees and edits all of them; a contributor
    their own, until they are published. Every view, action and autocomplete of
    the admin starts at `get_queryset`, so what it leaves out does not exist for
    that user.
    """

    form = ArticleForm
    inlines = [BylineInline, CorrectionInline]
    autocomplete_fields = ["series", "lead_picture", "social_picture"]
    thumbnail_fields = ["lead_picture", "social_picture"]

    list_display = [
        article_list.thumbnail,
        "headline",
        article_list.state,
        "section",
        article_list.authors,
        article_list.published,
    ]
    list_display_links = ["headline"]
    list_filter = [
        article_list.StateFilter,
        article_list.SectionFilter,
        article_list.AuthorFilter,
        article_list.TagFilter,
        article_list.LanguageFilter,
        article_list.YearFilter,
    ]
    sortable_by = [article_list.published]
    search_fields = ["headline", "path", "bylines__author__name"]
    search_help_text = _("Words of the headline, the address or an author’s name.")
    actions = [
        actions.submit,
        actions.publish,
        actions.withdraw,
        actions.set_section,
        actions.add_tags,
        actions.remove_tags,
    ]

    # Who may do what.

    def get_queryset(self, request):
        return super().get_queryset(request).for_desk(request.user)

    def has_edit_all_permission(self, request):
        return request.user.has_perm("articles.edit_all_articles")

    def has_publish_permission(self, request):
        return request.user.has_perm("articles.publish_article")

    def get_deleted_objects(self, articles, request):
        """An import's record of its origin goes with its article."""
        deleted, counts, perms_needed, protected = super().get_deleted_objects(
            articles, request
        )
        origin = Article.origin.related.related_model._meta.verbose_name
        return deleted, counts, perms_needed - {origin}, protected

    # The list.

    @property
    def media(self):
        """With what the list's filters by typing need."""
        chooser = AutocompleteSelect(article_list.AuthorFilter.field, self.admin_site)
        return super().media + chooser.media

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        changelist.result_list = changelist.result_list.for_cards()
        return changelist

    def get_ordering(self, request):
        """Newest first; where a filter asks for dates, by those dates."""
        state = request.GET.get(article_list.StateFilter.parameter_name)
        if state == "expired":
            return ["-expires_at", "-pk"]
        if (
            state == "scheduled"
            or article_list.YearFilter.parameter_name in request.GET
        ):
            return ["-published_at", "-pk"]
        return ["-created_at", "-pk"]

    def get_search_results(self, request, articles, search_term):
        return article_list.search(articles, search_term), False

    # The form.

    def get_fieldsets(self, request, article=None):
        if self.has_edit_all_permission(request):
            return EDITOR_FIELDSETS
        return CONTRIBUTOR_FIELDSETS

    def get_readonly_fields(self, request, article=None):
        readonly = []
        if not self.has_publish_permission(request):
            readonly += ["published_at", "expires_at"]
        if (
            article
            and article.path
            and article.status
            not in (
                Status.DRAFT,
                Status.REVIEW,
            )
        ):
            readonly.append("path")
        return readonly

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "tags":
            return TagsField(
                may_add=request.user.has_perm("articles.add_tag"),
                label=_("Tags"),
                help_text=_("Separated by commas."),
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_form(self, request, article=None, **kwargs):
        form = super().get_form(request, article, **kwargs)
        form.verb = pressed(request)
        return form

    def get_formset_kwargs(self, request, article, inline, prefix):
        kwargs = super().get_formset_kwargs(request, article, inline, prefix)
        begins_own = (
            isinstance(inline, BylineInline)
            and request.method == "GET"
            and article.pk is None
            and not self.has_edit_all_permission(request)
        )
        author = getattr(request.user, "author", None) if begins_own else None
        if author:
            kwargs["initial"] = [{"author": author.pk}]
        return kwargs

    def render_change_form(self, request, context, **kwargs):
        article = kwargs.get("obj")
        shown = article or Article()
        may_change = (
            self.has_change_permission(request, article)
            if article
            else self.has_add_permission(request)
        )
        context |= {
            "state": shown.state(),
            "state_label": STATES[shown.state()],
            "verbs": verbs_for(shown, request.user) if may_change else [],
        }
        for part in PARTS:
            context |= part.context(self, request, article)
        return super().render_change_form(request, context, **kwargs)

    def save_model(self, request, article, form, change):
        """Save what was changed only: two people may edit one article."""
        if not change:
            article.created_by = request.user
            article.save()
            self._warn_of_loss(request, article, form)
            return
        columns = {field.name for field in Article._meta.concrete_fields}
        changed = columns & set(form.changed_data)
        if changed:
            article.save(update_fields=[*changed, "updated_at"])
        self._warn_of_loss(request, article, form)

    def _warn_of_loss(self, request, article, form):
        """Say what of the body as it was sent an article cannot hold."""
        if "body" not in form.changed_data:
            return
        loss = lost(form.cleaned_data["body"], article.body)
        parts = [
            (_("words: %s"), " ".join(loss.words[:12])),
            (_("pictures: %s"), ", ".join(loss.pictures[:3])),
            (_("tables: %s"), loss.tables),
            (_("embeds: %s"), ", ".join(loss.embeds[:3])),
            (_("links: %s"), ", ".join(loss.links[:3])),
        ]
        if loss:
            told = "; ".join(str(text % what) for text, what in parts if what)
            self.message_user(
                request,
                _("The text was saved without what an article cannot hold: %s") % told,
                messages.WARNING,
            )

    def save_related(self, request, form, formsets, change):
        """Save bylines and tags; then do what the pressed button says."""
        super().save_related(request, form, formsets, change)
        article = form.instance
        offered = {verb.name: verb for verb in verbs_for(article, request.user)}
        verb = offered.get(form.verb)
        if verb is None:
            # Another tab or person was faster. The text is saved all the same.
            self.message_user(
                request,
                _("Saved. The rest was left: the article is “%(state)s” by now.")
                % {"state": STATES[article.state()]},
                messages.WARNING,
            )
            return
        if verb.name != "save":
            perform(verb.name, article, now=timezone.now())
            self.log_change(request, article, str(verb.done))
        self.message_user(request, self._told(article, verb), messages.SUCCESS)

    def _told(self, article, verb):
        if verb.name in ("publish", "save") and article.state() == "scheduled":
            return _("Scheduled: readers see it from the date you gave.")
        return verb.done

    def response_add(self, request, article, post_url_continue=None):
        if IS_POPUP_VAR in request.POST:
            return super().response_add(request, article, post_url_continue)
        return self._stay(request, article)

    def response_change(self, request, article):
        return self._stay(request, article)

    def _stay(self, request, article):
        """Come back to the form: an editor saves often and leaves seldom."""
        if not self.get_queryset(request).filter(pk=article.pk).exists():
            return HttpResponseRedirect(reverse("admin:articles_article_changelist"))
        return HttpResponseRedirect(
            reverse("admin:articles_article_change", args=[article.pk])
        )

    # Preview.

    def get_urls(self):
        preview = path(
            "<path:object_id>/preview/",
            self.admin_site.admin_view(self.preview),
            name="articles_article_preview",
        )
        parts = [url for part in PARTS for url in part.urls(self)]
        return [preview, *parts, *super().get_urls()]

    def get_article(self, request, pk):
        """Return a live row that this user may look at; raises Http404."""
        article = self.get_queryset(request).filter(pk=pk).first()
        if article is None or not self.has_view_permission(request, article):
            raise Http404("There is no such article for you.")
        return article

    # The reader's page under the reader's policy: no nonce, nothing of the desk.
    @method_decorator(csp_replace({}))
    def preview(self, request, object_id):
        """Show the article, whatever its state, as readers would see it."""
        article = self.get_object(request, unquote(object_id))
        if article is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        response = views.render_article(request, article)
        response["X-Robots-Tag"] = "noindex"
        add_never_cache_headers(response)
        return response


def pressed(request):
    """Return the verb whose button was pressed; saving where none is known."""
    for name in ("publish", "submit", "send_back", "withdraw"):
        if f"_{name}" in request.POST:
            return name
    return "save"
