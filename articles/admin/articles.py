from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles import publishing, revisions
from articles.admin import (
    actions,
    article_list,
    autosave,
    embeds,
    gate,
    history,
    moving,
    notes,
    notices,
    presence,
    preview,
    preview_links,
    reads,
    related_field,
    translations,
    trash,
)
from articles.admin.article_form import (
    CONTRIBUTOR_FIELDSETS,
    EDITOR_FIELDSETS,
    WITHDRAWAL,
    ArticleForm,
)
from articles.admin.article_rows import BylineInline, CorrectionInline
from articles.admin.related_field import RelatedField
from articles.admin.tag_field import TagsField
from articles.admin.telling import tell_merged, warn_of_loss
from articles.admin.verbs import (
    ENDINGS,
    STATES,
    Ending,
    Refused,
    is_stale,
    keep,
    needs_copy,
    perform,
    situation,
    verbs_for,
)
from articles.models import Article
from authors.desk import DeskAdmin
from authors.merging import CHOICE

Status = Article.Status
FORM = "articles_article_change"
# Fields that only the changes of a live article have.
CHANGES_ONLY = {"changes_due_at"}
# What stands around the form, a module each, with two functions:
# `urls(desk)` returns its URL patterns, to be put before Django's own;
# `context(desk, request, article)` what its part of the form's page shows
# (article is the live row, or None for one that is not saved yet).
PARTS = (
    history,
    notes,
    notices,
    trash,
    gate,
    moving,
    preview,
    preview_links,
    translations,
    related_field,
    reads,
    autosave,
    presence,
    embeds,
)


@admin.register(Article)
class ArticleAdmin(DeskAdmin):
    """The desk's heart: who sees which articles, and what they may do to them.

    Whoever holds `edit_all_articles` sees and edits all of them; a contributor
    their own, until they are published. Every view, action and autocomplete of
    the admin starts at `get_queryset`, so what it leaves out does not exist for
    that user.
    """

    form = ArticleForm
    snapshots = revisions
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
        actions.publish_changes,
        actions.schedule,
        actions.withdraw,
        actions.set_section,
        actions.add_tags,
        actions.remove_tags,
        trash.delete_selected,
    ]

    # Who may do what.

    def get_queryset(self, request):
        return super().get_queryset(request).for_desk(request.user)

    def has_edit_all_permission(self, request):
        return request.user.has_perm("articles.edit_all_articles")

    def has_publish_permission(self, request):
        return request.user.has_perm("articles.publish_article")

    def has_delete_permission(self, request, article=None):
        """Deleting is moving to the trash; the trash has its own permission."""
        return super().has_delete_permission(request, article) and (
            article is None or trash.may_trash(request.user, article.original)
        )

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """Say of an article in the trash that it is there."""
        if article := trash.find(request, object_id):
            return trash.explain(request, article)
        return super()._get_obj_does_not_exist_redirect(request, opts, object_id)

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

    def get_object(self, request, object_id, from_field=None):
        """Return an article; to its form, the row that the form edits.

        That is the working copy of a live article. Sending the form makes it, in a
        transaction that undoes it where nothing was saved.
        """
        article = super().get_object(request, object_id, from_field)
        if article is None or request.resolver_match.url_name != FORM:
            return article
        if request.method == "POST" and needs_copy(article, request.user):
            row = publishing.open_working_copy(article, request.user)
        else:
            row = publishing.working_row(article)
        if row != article:
            row.copy_of = article
        return row

    def get_fieldsets(self, request, article=None):
        if not self.has_edit_all_permission(request):
            return CONTRIBUTOR_FIELDSETS
        original = article and article.original
        left_out = set() if original and original.is_live() else set(CHANGES_ONLY)
        if not (original and original.withdrawn_at):
            left_out.update(WITHDRAWAL)
        address = "path"
        if article and self._has_its_address(article):
            may_move = moving.may_move(self, request, original)
            address = "movable_address" if may_move else "address"
        return [
            (
                name,
                options
                | {
                    "fields": [
                        address if field == "path" else field
                        for field in options["fields"]
                        if field not in left_out
                    ]
                },
            )
            for name, options in EDITOR_FIELDSETS
            if not left_out.issuperset(options["fields"])
        ]

    def _has_its_address(self, article):
        """Say whether the address stands: readers may have kept it."""
        original = article.original
        return original.path and (
            original.status not in (Status.DRAFT, Status.REVIEW)
            or original.announced_at
            or original.revisions.filter(was_public=True).exists()
        )

    @admin.display(description=_("Related stories"))
    def related(self, article):
        """Shown to those who may look at the form and not change it."""
        stories = Article.objects.live().filter(picked_for__article=article)
        return ", ".join(map(str, stories.order_by("picked_for__position"))) or None

    @admin.display(description=_("address"))
    def address(self, article):
        return article.original.path

    @admin.display(description=_("address"))
    def movable_address(self, article):
        return moving.shown(article.original)

    def get_readonly_fields(self, request, article=None):
        readonly = ["address", "movable_address"]
        if not self.has_publish_permission(request):
            readonly += ["published_at", "expires_at", "changes_due_at", *WITHDRAWAL]
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
        form.base_fields["related"] = RelatedField(user=request.user)
        if article is None and autosave.made_of(request):
            form.verb = "save"
        return form

    def get_formset_kwargs(self, request, article, inline, prefix):
        kwargs = super().get_formset_kwargs(request, article, inline, prefix)
        if request.method == "GET" and article.pk is not None:
            kwargs["initial"] = inline.initial(article)
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
        row = kwargs.get("obj")
        article = row.original if row else None
        shown = article or Article()
        may_change = (
            self.has_change_permission(request, article)
            if article
            else self.has_add_permission(request)
        )
        context |= {
            "article": article,
            "working_row": row,
            "state": shown.state(),
            "situation": situation(shown),
            "state_label": STATES[shown.state()],
            "verbs": verbs_for(shown, request.user, row) if may_change else [],
            "endings": ENDINGS,
        }
        for part in PARTS:
            context |= part.context(self, request, article)
        context["media"] = context["media"] + autosave.MEDIA + autosave.PRESENCE_MEDIA
        return super().render_change_form(request, context, **kwargs)

    def log_addition(self, request, row, message):
        return super().log_addition(request, row.original, message)

    def log_change(self, request, row, message):
        return super().log_change(request, row.original, message)

    def save_model(self, request, row, form, change):
        """Save what was changed only: two people may edit one article."""
        if not change:
            row.created_by = request.user
            row.save()
            warn_of_loss(self, request, row, form)
            return
        original = row.original
        revisions.record_before(Article.objects.get(pk=original.pk))
        columns = {field.name for field in Article._meta.concrete_fields}
        changed = columns & set(form.changed_data)
        if row.changes_due_at and not self.has_publish_permission(request):
            row.changes_due_at = None
            changed.add("changes_due_at")
            self.message_user(
                request,
                _(
                    "The changes no longer go out by themselves: "
                    "a publisher has to look."
                ),
                messages.WARNING,
            )
        if row.approved_at and not self.has_edit_all_permission(request):
            row.take_approval_back()
        if changed:
            row.save(update_fields=[*changed, "updated_at"])
        warn_of_loss(self, request, row, form)

    def save_related(self, request, form, formsets, change):
        """Save bylines and tags; then do what the pressed button says."""
        super().save_related(request, form, formsets, change)
        row, user = form.instance, request.user
        name = request.POST.get("revision_name", "").replace("\0", "").strip()[:100]
        tell_merged(self, request, form)
        offered = {verb.name: verb for verb in verbs_for(row.original, user, row)}
        verb = offered.get(form.verb)
        sent = request.POST.get(f"_{form.verb}")
        if verb is None or is_stale(verb, row.original, sent):
            # Another tab or person was faster. The text is saved all the same.
            keep(row, user, name)
            notes.send_back(row, user, request.POST.get("send_back_note", ""))
            self.message_user(
                request,
                _("Saved. The rest was left: the article is “%(state)s” by now.")
                % {"state": STATES[row.original.state()]},
                messages.WARNING,
            )
            return
        unseen = self._unseen(form, formsets)
        if unseen and verb.name in ("publish", "approve"):
            keep(row, user, name)
            self.message_user(
                request,
                _(
                    "Saved, but nothing else was done: somebody changed what you had "
                    "not seen (%s). Look at it, then press the button again."
                )
                % ", ".join(unseen),
                messages.WARNING,
            )
            return
        try:
            note = request.POST.get("send_back_note", "").strip()
            ending = Ending.of(request.POST)
            told = perform(verb, row, user, note=note, name=name, ending=ending)
        except Refused as refusal:
            revisions.record(row, user, name=name)
            self.message_user(request, str(refusal), messages.ERROR)
            return
        if verb.name != "save":
            self.log_change(request, row, str(verb.done))
        self.message_user(request, told, messages.SUCCESS)

    def _unseen(self, form, formsets):
        """Return the labels of what this save takes from somebody else, unread."""
        labels = [
            str(form.fields[name].label)
            for name in form.merged
            # Where it was chosen on the page of a clash, it was read there.
            if form.add_prefix(f"{CHOICE}-{name}") not in form.settled
        ]
        for formset in formsets:
            if getattr(formset, "is_merged", False):
                labels.append(str(formset.model._meta.verbose_name_plural))
        return labels

    def add_view(self, request, form_url="", extra_context=None):
        """Make one article of a form that is sent twice: by two clicks, or “Back”."""
        made = autosave.made_of(request)
        if made and made.is_same:
            article = self.get_queryset(request).filter(pk=made.article).first()
            if article:
                self.message_user(request, _("It was saved already."), messages.INFO)
                return self._stay(request, article)
        return super().add_view(request, form_url, extra_context)

    def response_add(self, request, article, post_url_continue=None):
        if autosave.made_of(request):
            self.message_user(
                request,
                _(
                    "You had saved this form before. What you sent now is a draft of "
                    "its own, beside the first."
                ),
                messages.WARNING,
            )
        if IS_POPUP_VAR in request.POST:
            return super().response_add(request, article, post_url_continue)
        return self._stay(request, article)

    def response_change(self, request, article):
        return self._stay(request, article)

    def _stay(self, request, article):
        """Come back to the form: an editor saves often and leaves seldom."""
        article = article.original
        autosave.drop(self, request, article)
        if not self.get_queryset(request).filter(pk=article.pk).exists():
            return HttpResponseRedirect(reverse("admin:articles_article_changelist"))
        return HttpResponseRedirect(
            reverse("admin:articles_article_change", args=[article.pk])
        )

    # The parts around the form.

    def get_urls(self):
        parts = [url for part in PARTS for url in part.urls(self)]
        return [*parts, *super().get_urls()]

    def get_article(self, request, pk):
        """Return a live row that this user may look at; raises Http404."""
        return self.get_row(request, pk)


def pressed(request):
    """Return the verb whose button was pressed; saving where none is known."""
    for name in ("publish", "submit", "approve", "send_back", "withdraw", "discard"):
        if f"_{name}" in request.POST:
            return name
    return "save"
