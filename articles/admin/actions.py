"""What can be done to many articles at once, from their list.

Each says to how many it happened, and why the others were left.
"""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles.admin.tag_field import TagsField
from articles.models import Article, Section

Status = Article.Status


def report(model_admin, request, done, sentence, left=()):
    """Tell the editor: (count → sentence), and each reason with its headlines."""
    if done:
        model_admin.message_user(request, sentence % {"count": done}, messages.SUCCESS)
    for reason, headlines in left:
        if headlines:
            names = ", ".join(f"“{headline}”" for headline in headlines[:3])
            if len(headlines) > 3:
                names += " …"
            model_admin.message_user(
                request,
                _("%(count)d left as they were, because %(reason)s: %(names)s")
                % {"count": len(headlines), "reason": reason, "names": names},
                messages.WARNING,
            )


def change_each(model_admin, request, articles, change, note):
    """Apply `change` to each article and note it in its history; return the number."""
    with transaction.atomic():
        for article in articles:
            change(article)
            model_admin.log_change(request, article, note)
    return len(articles)


def split(articles, fits):
    """Return (articles that fit, headlines of those that don't)."""
    articles = list(articles)
    return (
        [article for article in articles if fits(article)],
        [article.headline for article in articles if not fits(article)],
    )


@admin.action(description=_("Submit for review"), permissions=["change"])
def submit(model_admin, request, articles):
    ready, others = split(articles, lambda article: article.status == Status.DRAFT)
    done = change_each(model_admin, request, ready, Article.submit, "Submitted.")
    sentence = ngettext(
        "%(count)d article was submitted for review.",
        "%(count)d articles were submitted for review.",
        done,
    )
    report(model_admin, request, done, sentence, [(_("they are no drafts"), others)])


@admin.action(description=_("Publish"), permissions=["publish"])
def publish(model_admin, request, articles):
    ready, others = split(articles, lambda article: article.status != Status.PUBLISHED)
    done = change_each(model_admin, request, ready, Article.publish, "Published.")
    sentence = ngettext(
        "%(count)d article was published.", "%(count)d articles were published.", done
    )
    reason = _("they are published or scheduled already")
    report(model_admin, request, done, sentence, [(reason, others)])


@admin.action(description=_("Withdraw"), permissions=["publish"])
def withdraw(model_admin, request, articles):
    ready, others = split(articles, lambda article: article.status == Status.PUBLISHED)
    done = change_each(model_admin, request, ready, Article.withdraw, "Withdrawn.")
    sentence = ngettext(
        "%(count)d article was withdrawn.", "%(count)d articles were withdrawn.", done
    )
    report(
        model_admin, request, done, sentence, [(_("they are not published"), others)]
    )


class SectionForm(forms.Form):
    section = forms.ModelChoiceField(Section.objects.all())


class AddTagsForm(forms.Form):
    def __init__(self, *args, may_add, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["tags"] = TagsField(may_add=may_add, required=True)


def ask(model_admin, request, form, articles, title, button):
    """Show the page between choosing an action and doing it."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": title,
        "form": form,
        "button": button,
        "count": articles.count(),
        "sample": articles[:10],
        "action": request.POST["action"],
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "checkbox": ACTION_CHECKBOX_NAME,
        "select_across": request.POST.get("select_across", "0"),
        "media": model_admin.media + form.media,
    }
    return TemplateResponse(request, "admin/articles/article/act.html", context)


@admin.action(description=_("Set section…"), permissions=["edit_all"])
def set_section(model_admin, request, articles):
    form = SectionForm(request.POST if "_do" in request.POST else None)
    if not form.is_valid():
        title = _("Set the section of articles")
        return ask(model_admin, request, form, articles, title, _("Set section"))
    section = form.cleaned_data["section"]

    def change(article):
        article.section = section
        article.save(update_fields=["section", "updated_at"])

    ready, others = split(articles, lambda article: article.section_id != section.pk)
    note = f"Section set to {section}."
    done = change_each(model_admin, request, ready, change, note)
    sentence = ngettext(
        "%(count)d article moved to “{section}”.",
        "%(count)d articles moved to “{section}”.",
        done,
    ).replace("{section}", section.name.replace("%", "%%"))
    reason = _("they are in this section already")
    return report(model_admin, request, done, sentence, [(reason, others)])


@admin.action(description=_("Add tags…"), permissions=["change"])
def add_tags(model_admin, request, articles):
    form = AddTagsForm(
        request.POST if "_do" in request.POST else None,
        may_add=request.user.has_perm("articles.add_tag"),
    )
    if not form.is_valid():
        title = _("Add tags to articles")
        return ask(model_admin, request, form, articles, title, _("Add tags"))
    tags = form.cleaned_data["tags"]
    note = "Tags added: " + ", ".join(str(tag) for tag in tags)
    done = change_each(
        model_admin,
        request,
        list(articles),
        lambda article: article.tags.add(*tags),
        note,
    )
    sentence = ngettext(
        "%(count)d article was tagged.", "%(count)d articles were tagged.", done
    )
    return report(model_admin, request, done, sentence)


@admin.action(description=_("Remove tags…"), permissions=["change"])
def remove_tags(model_admin, request, articles):
    form = AddTagsForm(request.POST if "_do" in request.POST else None, may_add=False)
    if not form.is_valid():
        title = _("Remove tags from articles")
        return ask(model_admin, request, form, articles, title, _("Remove tags"))
    names = [tag.name for tag in form.cleaned_data["tags"]]
    tagged = set(
        articles.filter(tags__name__in=names).values_list("pk", flat=True).distinct()
    )
    ready, others = split(articles, lambda article: article.pk in tagged)
    note = "Tags removed: " + ", ".join(names)
    done = change_each(
        model_admin, request, ready, lambda article: article.tags.remove(*names), note
    )
    sentence = ngettext(
        "%(count)d article lost the tags.", "%(count)d articles lost the tags.", done
    )
    reason = _("they do not have them")
    return report(model_admin, request, done, sentence, [(reason, others)])
