"""What can be done to many pictures at once, from the library."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles.admin.picture_list import card
from articles.models import Picture
from authors.moments import DayField
from authors.shown import change

SAMPLE = 12


class WordsOfManyForm(forms.ModelForm):
    """What many pictures get; what is left empty stays as it is in each."""

    clears = forms.MultipleChoiceField(
        label=_("Empty these in all of them"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Picture
        fields = ["credit", "licence", "rights_expire_on", "caption"]
        field_classes = {"rights_expire_on": DayField}
        widgets = {
            "caption": forms.Textarea(attrs={"rows": 2}),
            "rights_expire_on": DayField.widget,
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["clears"].choices = [
            (name, self.fields[name].label) for name in self._meta.fields
        ]

    def clean(self):
        typed = {name: self.cleaned_data.get(name) for name in self._meta.fields}
        cleared = self.cleaned_data.get("clears", [])
        if not cleared and not any(typed.values()) and not self.errors:
            self.add_error(None, _("Fill in what they are to get."))
        for name in cleared:
            if typed.get(name):
                self.add_error(name, _("Fill it in or empty it, not both."))

    def changes(self):
        """Return {field: value} of what every picture gets."""
        changes = {
            name: self.cleaned_data[name]
            for name in self._meta.fields
            if self.cleaned_data[name]
        }
        for name in self.cleaned_data["clears"]:
            changes[name] = None if name == "rights_expire_on" else ""
        return changes


@admin.action(description=_("Set credit, licence, rights…"), permissions=["change"])
def set_words(desk, request, pictures):
    """Give the chosen pictures one credit, licence, end of rights or caption."""
    form = WordsOfManyForm(request.POST if "_do" in request.POST else None)
    if not form.is_valid():
        return _ask(desk, request, form, pictures)
    changes = form.changes()
    with transaction.atomic():
        keys = list(pictures.order_by("pk").values_list("pk", flat=True))
        locked = Picture.objects.select_for_update().filter(pk__in=keys)
        chosen = list(locked.order_by("pk").defer("renditions"))
        Picture.objects.filter(pk__in=[p.pk for p in chosen]).update(**changes)
        change(*(picture.shown_key() for picture in chosen))
        labels = [str(form.fields[name].label) for name in changes]
        for picture in chosen:
            desk.log_change(request, picture, [{"changed": {"fields": labels}}])
    told = ngettext(
        "%(count)d picture was changed.",
        "%(count)d pictures were changed.",
        len(chosen),
    )
    desk.message_user(request, told % {"count": len(chosen)}, messages.SUCCESS)


def _ask(desk, request, form, pictures):
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": _("Set credit, licence, rights"),
        "form": form,
        "count": pictures.count(),
        "sample": [card(picture) for picture in pictures[:SAMPLE]],
        "action": request.POST["action"],
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "checkbox": ACTION_CHECKBOX_NAME,
        "select_across": request.POST.get("select_across", "0"),
        "media": desk.media + form.media,
    }
    return TemplateResponse(request, "admin/articles/picture/set_words.html", context)
