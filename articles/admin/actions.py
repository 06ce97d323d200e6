"""What can be done to many articles at once, from their list.

How each is changed, and what the editor is told, stands in articles/admin/bulk.py.
"""

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles import gate, notices, publishing
from articles.admin.bulk import Left, change_each, change_rows, report
from articles.admin.tag_field import TagsField
from articles.models import Article, Revision, Section
from authors.moments import MinuteField

Status = Article.Status
Event = Revision.Event


@admin.action(description=_("Submit for review"), permissions=["change"])
def submit(desk, request, articles):
    """Drafts, and the unpublished changes of what is out."""

    def change(article):
        row = publishing.working_row(article)
        if row is article and article.status != Status.DRAFT:
            raise Left(_("neither a draft nor unpublished changes"))
        if row.submitted_at:
            raise Left(_("already waiting for an editor"))
        row.submit()
        notices.submitted(row, request.user)
        return [row]

    tally = change_each(desk, request, articles, change, "Submitted.", Event.SUBMITTED)
    sentence = ngettext(
        "%(count)d article was submitted for review.",
        "%(count)d articles were submitted for review.",
        tally.done,
    )
    report(desk, request, tally, sentence)


def pass_gate(row, at):
    """Leave what must not go out at the moment, or would not be seen then."""
    if row.expires_at and row.expires_at <= at:
        raise Left(_("over before that moment; set another end first"))
    if row.embargo_until and row.embargo_until > at:
        until = date_format(timezone.localtime(row.embargo_until), "j F Y, H:i")
        raise Left(_("under embargo until %(until)s") % {"until": until})
    found = {finding.check for finding in gate.blocking(row, at)}
    if found:
        labels = [str(check.label) for check in gate.CHECKS if check.name in found]
        reason = _("stopped by the checklist (%(checks)s)")
        raise Left(reason % {"checks": ", ".join(labels)})


@admin.action(description=_("Publish now"), permissions=["publish"])
def publish(desk, request, articles):
    def change(article):
        if article.state() == "scheduled":
            raise Left(_("already scheduled; open one to publish it now"))
        if article.is_live():
            raise Left(_("already out"))
        pass_gate(article, timezone.now())
        article.publish()
        publishing.announce_by_hand(article, request.user)

    tally = change_each(desk, request, articles, change, "Published.", Event.PUBLISHED)
    sentence = ngettext(
        "%(count)d article was published.",
        "%(count)d articles were published.",
        tally.done,
    )
    report(desk, request, tally, sentence)


def label_of(name):
    """Return what the form calls a part of an article."""
    rows = {"bylines": _("bylines"), "corrections": _("corrections")}
    return str(rows.get(name) or Article._meta.get_field(name).verbose_name)


@admin.action(description=_("Publish changes"), permissions=["publish"])
def publish_changes(desk, request, articles):
    def change(article):
        if not article.has_unpublished_changes:
            raise Left(_("no unpublished changes"))
        copy = publishing.working_row(article)
        now = timezone.now()
        if copy.changes_due_at and copy.changes_due_at > now:
            raise Left(_("already scheduled; open one to publish it now"))
        pass_gate(copy, now)
        try:
            publishing.publish_changes(article, request.user)
        except publishing.Clash as clash:
            names = ", ".join(label_of(name) for name in clash.fields)
            reason = _("the published article changed in the same fields (%(names)s)")
            raise Left(reason % {"names": names}) from clash
        return []

    tally = change_each(desk, request, articles, change, "Changes published.")
    sentence = ngettext(
        "The changes of %(count)d article were published.",
        "The changes of %(count)d articles were published.",
        tally.done,
    )
    report(desk, request, tally, sentence)


@admin.action(description=_("Withdraw"), permissions=["publish"])
def withdraw(desk, request, articles):
    def change(article):
        if article.status != Status.PUBLISHED:
            raise Left(_("not published"))
        publishing.withdraw(article, request.user)
        notices.withdrawn(article, request.user)
        return []

    tally = change_each(desk, request, articles, change, "Withdrawn.")
    sentence = ngettext(
        "%(count)d article was withdrawn.",
        "%(count)d articles were withdrawn.",
        tally.done,
    )
    report(desk, request, tally, sentence)


# Actions that ask something first.


class MomentForm(forms.Form):
    at = MinuteField(
        label=_("Publish at"), help_text=_("From then on, readers see them.")
    )

    def clean_at(self):
        at = self.cleaned_data["at"]
        if at <= timezone.now():
            raise ValidationError(_("This moment has passed: choose a later one."))
        return at


class SectionForm(forms.Form):
    section = forms.ModelChoiceField(Section.objects.all())


class AddTagsForm(forms.Form):
    def __init__(self, *args, may_add, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["tags"] = TagsField(may_add=may_add, required=True)


def answers(request):
    """Return what was typed on the page between, or None on the way to it."""
    return request.POST if "_do" in request.POST else None


def ask(desk, request, form, articles, title, button):
    """Show the page between choosing an action and doing it."""
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": title,
        "form": form,
        "button": button,
        "count": articles.count(),
        "sample": articles[:10],
        "action": request.POST["action"],
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "checkbox": ACTION_CHECKBOX_NAME,
        "select_across": request.POST.get("select_across", "0"),
        "media": desk.media + form.media,
    }
    return TemplateResponse(request, "admin/articles/article/act.html", context)


@admin.action(description=_("Schedule…"), permissions=["publish"])
def schedule(desk, request, articles):
    form = MomentForm(answers(request))
    if not form.is_valid():
        title = _("Schedule articles")
        return ask(desk, request, form, articles, title, _("Schedule"))
    at = form.cleaned_data["at"]
    when = date_format(timezone.localtime(at), "j F Y, H:i")

    def change(article):
        if article.is_live():
            raise Left(_("already out"))
        pass_gate(article, at)
        article.publish(at=at)

    note = f"Scheduled for {when}."
    tally = change_each(desk, request, articles, change, note, Event.SCHEDULED)
    sentence = ngettext(
        "%(count)d article was scheduled for {when}.",
        "%(count)d articles were scheduled for {when}.",
        tally.done,
    ).replace("{when}", when)
    return report(desk, request, tally, sentence)


@admin.action(description=_("Set section…"), permissions=["edit_all"])
def set_section(desk, request, articles):
    form = SectionForm(answers(request))
    if not form.is_valid():
        title = _("Set the section of articles")
        return ask(desk, request, form, articles, title, _("Set section"))
    section = form.cleaned_data["section"]

    def move(row):
        if row.section_id == section.pk:
            return False
        row.section = section
        row.save(update_fields=["section", "updated_at"])
        return True

    def change(article):
        rows = change_rows(article, request.user, "section", move)
        if not rows:
            raise Left(_("already in this section"))
        return rows

    note = f"Section set to {section}."
    tally = change_each(desk, request, articles, change, note)
    sentence = ngettext(
        "%(count)d article moved to “{section}”.",
        "%(count)d articles moved to “{section}”.",
        tally.done,
    ).replace("{section}", section.name.replace("%", "%%"))
    return report(desk, request, tally, sentence)


def change_tags(desk, request, articles, change_row, reason, note):
    """Change the tags of each article, in its working copy too; return a Tally."""

    def change_and_save(row):
        if not change_row(row):
            return False
        # Tags stand in rows of their own: this counts as a version of the article.
        row.save(update_fields=["updated_at"])
        return True

    def change(article):
        rows = change_rows(article, request.user, "tags", change_and_save)
        if not rows:
            raise Left(reason)
        return rows

    return change_each(desk, request, articles, change, note)


def tag_names(row):
    return {name.casefold() for name in row.tags.values_list("name", flat=True)}


@admin.action(description=_("Add tags…"), permissions=["change"])
def add_tags(desk, request, articles):
    may_add = request.user.has_perm("articles.add_tag")
    form = AddTagsForm(answers(request), may_add=may_add)
    if not form.is_valid():
        title = _("Add tags to articles")
        return ask(desk, request, form, articles, title, _("Add tags"))
    tags = form.cleaned_data["tags"]
    wanted = {str(tag).casefold() for tag in tags}

    def add(row):
        if wanted <= tag_names(row):
            return False
        row.tags.add(*tags)
        return True

    reason = _("already tagged so")
    note = "Tags added: " + ", ".join(str(tag) for tag in tags)
    tally = change_tags(desk, request, articles, add, reason, note)
    sentence = ngettext(
        "%(count)d article was tagged.", "%(count)d articles were tagged.", tally.done
    )
    return report(desk, request, tally, sentence)


@admin.action(description=_("Remove tags…"), permissions=["change"])
def remove_tags(desk, request, articles):
    form = AddTagsForm(answers(request), may_add=False)
    if not form.is_valid():
        title = _("Remove tags from articles")
        return ask(desk, request, form, articles, title, _("Remove tags"))
    names = [tag.name for tag in form.cleaned_data["tags"]]
    unwanted = {name.casefold() for name in names}

    def remove(row):
        if not unwanted & tag_names(row):
            return False
        row.tags.remove(*names)
        return True

    reason = _("without these tags")
    note = "Tags removed: " + ", ".join(names)
    tally = change_tags(desk, request, articles, remove, reason, note)
    sentence = ngettext(
        "%(count)d article lost the tags.",
        "%(count)d articles lost the tags.",
        tally.done,
    )
    return report(desk, request, tally, sentence)
