"""The field that takes an article's tags: text with commas, chips in a browser.

What is sent is one line of names, each between quotes where it holds a comma or
a quote (the rules of CSV, RFC 4180), so every name survives, with JavaScript
(static/admin_desk/tags.js speaks the same rules) and without.
"""

import csv

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Lower
from django.forms.widgets import Script
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from articles.models import Tag, TagSynonym

MAX_LENGTH = Tag._meta.get_field("name").max_length


def format_names(names):
    """Return names as one line that parse_names reads back."""
    return ", ".join(
        '"' + name.replace('"', '""') + '"' if "," in name or '"' in name else name
        for name in names
    )


def parse_names(line):
    """Return the names of a line, in order, each once whatever its capitals."""
    names = {}
    for row in csv.reader(line.splitlines(), skipinitialspace=True):
        for name in row:
            name = " ".join(name.split())
            if name:
                names.setdefault(name.casefold(), name)
    return list(names.values())


def find_tags(names):
    """Return {casefolded name: Tag} for names and synonyms that exist."""
    lowered = [name.lower() for name in names]

    def named(queryset):
        # SQLite lowers ASCII letters only, so the name as typed is tried as well.
        return queryset.annotate(lowered=Lower("name")).filter(
            Q(lowered__in=lowered) | Q(name__in=names)
        )

    found = {
        synonym.name.casefold(): synonym.tag
        for synonym in named(TagSynonym.objects.select_related("tag"))
    }
    found.update({tag.name.casefold(): tag for tag in named(Tag.objects)})
    return found


class TagsWidget(forms.TextInput):
    """A text field that tags.js turns into chips with suggestions."""

    template_name = "admin/widgets/tags.html"

    class Media:
        js = [Script("admin_desk/tags.js", type="module")]

    def __init__(self, *, may_add=False, attrs=None):
        super().__init__(attrs)
        self.may_add = may_add

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["may_add"] = self.may_add
        context["widget"]["suggest_url"] = reverse_lazy("admin:articles_tag_suggest")
        return context

    def format_value(self, value):
        if value is not None and not isinstance(value, str):
            value = format_names([tag.name for tag in value])
        return super().format_value(value)


class TagsField(forms.CharField):
    """Names of tags or of their synonyms, separated by commas.

    Cleans to a list of Tag rows and, from those who may make them, names of new
    ones: what `article.tags.set()` takes.
    """

    def __init__(self, *, may_add=False, **kwargs):
        kwargs["widget"] = TagsWidget(may_add=may_add)
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 10_000)  # csv refuses a longer name by itself
        super().__init__(**kwargs)
        self.may_add = may_add

    def clean(self, value):
        names = parse_names(super().clean(value))
        for name in names:
            if len(name) > MAX_LENGTH:
                raise ValidationError(
                    _("“%(name)s…” is too long for a tag (%(limit)d letters)."),
                    params={"name": name[:40], "limit": MAX_LENGTH},
                )
        found = find_tags(names)
        unknown = [name for name in names if name.casefold() not in found]
        if unknown and not self.may_add:
            raise ValidationError(
                _("There is no tag “%(name)s”. Choose one of those suggested."),
                params={"name": "”, “".join(unknown)},
            )
        return list(dict.fromkeys(found.get(name.casefold(), name) for name in names))

    def spelled(self, value):
        """Return the names as authors.merging compares them."""
        return sorted(getattr(tag, "name", tag).casefold() for tag in value or ())

    def has_changed(self, initial, data):
        before = {tag.name.casefold() for tag in initial or []}
        return before != {name.casefold() for name in parse_names(data or "")}
