"""Bringing pictures into the library: one by one, many at once, and their words.

Each file is a request of its own (picture_chooser.upload), so that one that fails
leaves the others alone; without JavaScript they come in one form. Afterwards a sheet
asks for the words of all of them. It keeps each picture as soon as it is left.
"""

import json

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles.admin.picture_list import card
from articles.models import Picture
from authors.merging import MergingForm
from authors.moments import DayField

# What an upload may say of a file; all but the file may follow later.
UPLOAD_FIELDS = [
    *("upload", "title", "alt", "is_decorative", "caption", "credit", "licence"),
    "rights_expire_on",
]
# What is said of many at once.
COMMON = ["caption", "credit", "licence", "rights_expire_on"]
# Files of one form without JavaScript, and rows of a sheet.
AT_ONCE, ROWS = 50, 60
# Keys of an address: what is more is found under “Describe”.
MOST = 600


def urls(picture_admin):
    """Return the addresses of the upload and of the sheet."""

    view = picture_admin.own_view
    return [
        path("upload-many/", view(upload_many), name="articles_picture_upload_many"),
        path("describe/", view(describe), name="articles_picture_describe"),
    ]


def store(picture_admin, request, data, file):
    """Store an uploaded file as a picture; return (picture, is_duplicate, errors).

    `data` holds the words (UPLOAD_FIELDS). What is in the library already is not
    stored again: its own row is returned. Of a file that is refused, `picture` is
    None and `errors` {field: sentences}.
    """
    form_class = picture_admin.get_form(request, fields=UPLOAD_FIELDS)
    form = form_class(data, {"upload": file} if file else {})
    form.takes_twins = True
    if not form.is_valid():
        return None, False, form.errors
    if form.twin:
        return form.twin, True, {}
    picture = form.save(commit=False)
    picture.uploaded_by = request.user
    picture.save()
    picture_admin.log_addition(request, picture, [{"added": {}}])
    return picture, False, {}


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name)


class ManyFilesField(forms.FileField):
    """Several files; cleans to a list of them."""

    widget = ManyFiles(attrs={"accept": "image/*", "multiple": True})

    def clean(self, files, initial=None):
        if not files:
            raise ValidationError(_("Choose at least one file."))
        if len(files) > AT_ONCE:
            raise ValidationError(
                _("Choose at most %(most)d files at a time."), params={"most": AT_ONCE}
            )
        return files


class CommonForm(forms.ModelForm):
    """What is the same for all pictures of an upload."""

    class Meta:
        model = Picture
        fields = COMMON
        field_classes = {"rights_expire_on": DayField}
        widgets = {
            "caption": forms.Textarea(attrs={"rows": 2}),
            "rights_expire_on": DayField.widget,
        }


class UploadManyForm(CommonForm):
    files = ManyFilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("JPEG, PNG, WebP, GIF or AVIF, at most 40 MB each."),
    )
    field_order = ["files", *COMMON]


def upload_many(request, picture_admin):
    """Take several files in one form: what the library does without JavaScript."""
    if not picture_admin.has_add_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        return _upload_page(request, picture_admin, UploadManyForm(), [])
    data = request.POST
    form = UploadManyForm(data, request.FILES)
    if not form.is_valid():
        return _upload_page(request, picture_admin, form, [])
    stored = []
    for file in form.cleaned_data["files"]:
        with transaction.atomic():
            picture, is_duplicate, errors = store(picture_admin, request, data, file)
        stored.append(
            {
                "name": file.name,
                "picture": picture,
                "is_duplicate": is_duplicate,
                "errors": [each for sentences in errors.values() for each in sentences],
            }
        )
    new = [each for each in stored if each["picture"] and not each["is_duplicate"]]
    remarked = [each for each in new if each["picture"].remarks]
    if len(new) == len(stored) and not remarked:
        return HttpResponseRedirect(_sheet(each["picture"].pk for each in new))
    return _upload_page(request, picture_admin, form, stored, new)


def _sheet(keys):
    address = reverse("admin:articles_picture_describe")
    return f"{address}?pictures={','.join(map(str, keys))}"


def _upload_page(request, picture_admin, form, stored, new=()):
    context = {
        **picture_admin.admin_site.each_context(request),
        "opts": picture_admin.opts,
        "title": _("Upload pictures"),
        "form": form,
        "stored": stored,
        "sheet": _sheet(each["picture"].pk for each in new) if new else "",
        "media": picture_admin.media + form.media,
    }
    return TemplateResponse(request, "admin/articles/picture/upload_many.html", context)


# The sheet.


class WordsForm(MergingForm):
    """A picture's words: a row of the sheet."""

    class Meta:
        model = Picture
        fields = ["alt", "is_decorative", "title", *COMMON]
        field_classes = {"rights_expire_on": DayField}
        widgets = {
            "alt": forms.Textarea(attrs={"rows": 2}),
            "caption": forms.Textarea(attrs={"rows": 2}),
            "rights_expire_on": DayField.widget,
        }


def describe(request, picture_admin):
    """The sheet: asks for the words of the chosen pictures, or of those that lack them.

    A post writes the rows it holds. Who wants JSON is answered {rows: {key: row}},
    a row being {errors: {field: sentences}, base: str, values: {field: str}}: the
    new base of what was written, and what was taken over from somebody else.
    """
    if not picture_admin.has_view_permission(request):
        raise PermissionDenied
    if request.method == "POST":
        return _write(request, picture_admin)
    pictures, rest = _asked_for(request)
    rows = [
        _row(picture) for picture in _may_describe(request, picture_admin, pictures)
    ]
    common = CommonForm(prefix="all")
    return _sheet_page(request, picture_admin, rows, common, rest)


def _asked_for(request):
    """Return (pictures of this sheet, keys of those for the next one)."""
    if "pictures" not in request.GET:
        missing = Picture.objects.filter(alt="", is_decorative=False)
        return missing.order_by("-pk")[:ROWS], []
    keys = _keys(request.GET["pictures"].split(","))
    found = Picture.objects.in_bulk(keys[:ROWS])
    return [found[key] for key in keys[:ROWS] if key in found], keys[ROWS:]


def _keys(texts):
    # No database holds a key of nineteen digits.
    keys = [int(text) for text in texts if text.isdecimal() and len(text) < 19]
    return list(dict.fromkeys(keys))[:MOST]


def _may_describe(request, picture_admin, pictures):
    return [p for p in pictures if picture_admin.has_change_permission(request, p)]


def _row(picture, data=None):
    form = WordsForm(data, instance=picture, prefix=f"p{picture.pk}")
    return {**card(picture), "form": form}


@transaction.atomic
def _write(request, picture_admin):
    keys = _keys(request.POST.getlist("pictures"))[:ROWS]
    rest = _keys(request.POST.get("rest", "").split(","))
    # Locked in the order of their keys, so that two sheets cannot wait for each other.
    locked = Picture.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    held = {picture.pk: picture for picture in locked}
    pictures = [held[key] for key in keys if key in held]
    if len(_may_describe(request, picture_admin, pictures)) < len(pictures):
        raise PermissionDenied
    wants_json = request.headers.get("Accept") == "application/json"
    common = CommonForm(None if wants_json else request.POST, prefix="all")
    is_right = wants_json or common.is_valid()
    rows = [_row(picture, request.POST) for picture in pictures]
    for row in rows:
        if row["form"].is_valid():
            _fill_in(row["form"], common.cleaned_data if common.is_bound else {})
            _save(request, picture_admin, row["form"])
        else:
            is_right = False
    if wants_json:
        answers = {str(row["picture"].pk): _answer(row["form"]) for row in rows}
        return JsonResponse({"rows": answers})
    if not is_right:
        return _sheet_page(request, picture_admin, rows, common, rest)
    told = ngettext(
        "The words of %(count)d picture are saved.",
        "The words of %(count)d pictures are saved.",
        len(rows),
    ) % {"count": len(rows)}
    picture_admin.message_user(request, told, messages.SUCCESS)
    library = reverse("admin:articles_picture_changelist")
    return HttpResponseRedirect(_sheet(rest) if rest else library)


def _fill_in(form, common):
    """Give a picture what was said of all, where it has nothing of its own."""
    for name, value in common.items():
        if value and not getattr(form.instance, name):
            setattr(form.instance, name, value)
            form.changed_data.append(name)


def _save(request, picture_admin, form):
    if form.changed_data:
        names = list(dict.fromkeys(form.changed_data))
        form.instance.save(update_fields=names)
        labels = [str(form.fields[name].label) for name in names]
        message = [{"changed": {"fields": labels}}]
        picture_admin.log_change(request, form.instance, message)


def _answer(form):
    if not form.is_valid():
        return {"errors": form.errors, "base": "", "values": {}}
    fresh = WordsForm(instance=form.instance, prefix=form.prefix)
    values = {name: fresh.theirs(name) for name in form.merged}
    return {"errors": {}, "base": json.dumps(fresh.stored), "values": values}


def _sheet_page(request, picture_admin, rows, common, rest):
    forms_of_rows = [row["form"] for row in rows]
    context = {
        **picture_admin.admin_site.each_context(request),
        "opts": picture_admin.opts,
        "title": _("Describe pictures"),
        "rows": rows,
        "common": common,
        "rest": ",".join(map(str, rest)),
        "rest_count": len(rest),
        "clashes": [clash for form in forms_of_rows for clash in form.clashes],
        "has_errors": any(form.errors for form in [common, *forms_of_rows]),
        "media": picture_admin.media + WordsForm(prefix="p0").media,
    }
    return TemplateResponse(request, "admin/articles/picture/describe.html", context)


def already_here(twin):
    """Return the sentence that says where a picture is in the library, as HTML.

    Its button shows in the window that another form opened for a new picture: that
    form gets the one that is there.
    """
    return format_html(
        '{} <a href="{}" target="_blank">{}</a> '
        '<button class="use-twin" name="_use" value="{}" formnovalidate>{}</button>',
        _("This picture is in the library already:"),
        reverse("admin:articles_picture_change", args=[twin.pk]),
        twin,
        twin.pk,
        _("Use that one"),
    )
