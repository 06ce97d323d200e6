"""The page that takes an export: one file of any size, and what is chosen for it.

The file is written to where it stays as it comes in, so that neither memory nor the
system's folder for temporary files has to hold it, and nothing is copied afterwards.
"""

import shutil
import tempfile
import zoneinfo

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_protect

from articles.admin.tag_field import format_names, parse_names
from articles.importers import steering, uploads
from articles.models import Article, Import, Section

ENDINGS = (
    *(".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz"),
    *(".xml", ".rss", ".atom", ".json", ".jsonl", ".md", ".markdown"),
    *(".html", ".htm", ".txt"),
)
NO_ROOM = gettext_lazy(
    "The site could not keep this file: its disk is full, or nearly. Please tell "
    "whoever runs the site; nothing is wrong with your file, and nothing was imported."
)
# So much of the free disk an upload may take; pages and the database need some.
SHARE = 0.9
Status = Article.Status


class PartialFile(TemporaryUploadedFile):
    """An uploaded file in the folder of imports, deleted unless it is moved."""

    def __init__(self, name, content_type, size, charset, extra):
        # Closed by whoever gets it, and by its end.
        file = tempfile.NamedTemporaryFile(  # noqa: SIM115
            prefix=uploads.PARTIAL, dir=uploads.folder()
        )
        UploadedFile.__init__(self, file, name, content_type, size, charset, extra)


class ToImports(TemporaryFileUploadHandler):
    """Writes an upload to the folder of imports; `is_full` says that there is no room.

    What is left of a file then is read and thrown away: the form is to come back with
    a sentence, not a connection that breaks off.
    """

    is_full = False

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding):
        try:
            free = shutil.disk_usage(uploads.folder()).free
        except OSError:
            free = 0
        self.is_full = content_length > free * SHARE

    def new_file(self, field_name, file_name, content_type, *args):
        length, charset, extra = (*args, None, None, None)[:3]
        super(TemporaryFileUploadHandler, self).new_file(
            field_name, file_name, content_type, length, charset, extra
        )
        if self.is_full:
            raise SkipFile
        try:
            self.file = PartialFile(file_name, content_type, 0, charset, extra)
        except OSError as error:
            self._give_up(error)

    def receive_data_chunk(self, raw_data, start):
        try:
            self.file.write(raw_data)
        except OSError as error:
            self._give_up(error)

    def file_complete(self, file_size):
        if self.is_full:
            return None
        try:
            self.file.flush()
        except OSError:
            self.is_full = True
            return None
        return super().file_complete(file_size)

    def _give_up(self, error):
        self.is_full = True
        raise SkipFile from error


def zones():
    """Return the choices of a time zone, the site's own first."""
    own = timezone.get_default_timezone_name()
    names = sorted(zoneinfo.available_timezones())
    return [("", _("The site’s: %(zone)s") % {"zone": own}), *((n, n) for n in names)]


class ChoicesForm(forms.Form):
    """What an editor says of a source that it does not say itself."""

    source = forms.CharField(
        label=gettext_lazy("Name of the source"),
        max_length=50,
        required=False,
        help_text=gettext_lazy(
            "Say the same each time: then a later export changes what this one "
            "brought, instead of bringing it twice. Without a name, the file’s counts."
        ),
    )
    section = forms.ModelChoiceField(
        Section.objects.all(),
        label=gettext_lazy("Section"),
        required=False,
        to_field_name="slug",
        empty_label=gettext_lazy("Each story’s own"),
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags for all stories"),
        required=False,
        help_text=gettext_lazy("Beside their own, with commas between them."),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Stories whose source does not say"),
        choices=[
            (Status.PUBLISHED, gettext_lazy("are published")),
            (Status.REVIEW, gettext_lazy("wait for review")),
            (Status.DRAFT, gettext_lazy("are drafts")),
        ],
        initial=Status.PUBLISHED,
    )
    timezone = forms.ChoiceField(
        label=gettext_lazy("Time zone of dates that name none"),
        choices=zones,
        required=False,
    )
    site = forms.URLField(
        label=gettext_lazy("Address of the old site"),
        max_length=200,
        required=False,
        assume_scheme="https",
        widget=forms.TextInput(
            attrs={"inputmode": "url", "placeholder": "https://old.example/"}
        ),
        help_text=gettext_lazy(
            "Needed where saved pages do not say it: links to it become links here."
        ),
    )
    addresses = forms.ChoiceField(
        label=gettext_lazy("Addresses"),
        choices=[
            ("old", gettext_lazy("Stories keep their old paths")),
            ("new", gettext_lazy("Stories get new ones; the old ones lead there")),
        ],
        initial="old",
        widget=forms.RadioSelect,
    )

    def clean_tags(self):
        names = parse_names(self.cleaned_data["tags"])
        if any(len(name) > 100 for name in names):
            raise ValidationError(_("A tag has at most 100 characters."))
        return names

    def options(self):
        """Return the choices as an import's row keeps them."""
        told = self.cleaned_data
        section = told["section"]
        return {
            "source": told["source"],
            "section": section.slug if section else "",
            "tag": told["tags"],
            "status": told["status"],
            "timezone": told["timezone"],
            "site": told["site"],
            "new_paths": told["addresses"] == "new",
        }


def initial_of(options):
    """Return what a form shows of the options that a row keeps."""
    return {
        **options,
        "tags": format_names(options.get("tag", [])),
        "addresses": "new" if options.get("new_paths") else "old",
    }


class UploadForm(ChoicesForm):
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
        },
    )
    field_order = ["file"]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(ENDINGS):
            raise ValidationError(
                _(
                    "“%(name)s” is none of the kinds an import reads: an export "
                    "(.xml, .json, .zip), an archive of pages (.zip, .tar), or a page "
                    "(.html, .md, .txt)."
                ),
                params={"name": file.name[-100:]},
            )
        return file


def add(request, import_admin):
    """Take an upload; begin its dry run. Nobody else's upload is even received."""
    if not import_admin.has_add_permission(request):
        raise PermissionDenied
    # Before anything reads what was sent, which checking its token does.
    handler = ToImports(request)
    request.upload_handlers = [handler]

    @csrf_protect
    def checked(request):
        return _add(request, import_admin, handler)

    return checked(request)


def _add(request, import_admin, handler):
    """Answer with a page, or {"address"} or {"errors": {field: …}} as JSON."""
    if request.method != "POST":
        return _page(request, import_admin, UploadForm())
    wants_json = request.headers.get("Accept") == "application/json"
    form = UploadForm(request.POST, request.FILES)
    is_valid = form.is_valid()
    if handler.is_full:
        form.errors["file"] = form.error_class([NO_ROOM])
    elif is_valid and (run := _keep(request, form)):
        import_admin.log_addition(request, run, [{"added": {}}])
        address = reverse("admin:articles_import_change", args=[run.pk])
        if wants_json:
            return JsonResponse({"address": address})
        return HttpResponseRedirect(address)
    if wants_json:
        return JsonResponse({"errors": form.errors}, status=400)
    return _page(request, import_admin, form)


def _keep(request, form):
    """Return the row of a valid upload, whose dry run waits; None without room."""
    file, options = form.cleaned_data["file"], form.options()
    source = options["source"] or file.name.partition(".")[0]
    run = Import.objects.create(
        source=source[:50] or "export",
        options=options,
        is_dry_run=True,
        started_by=request.user,
    )
    try:
        uploads.sweep()
        uploads.keep(run, file.temporary_file_path(), file.name)
    except OSError:
        run.delete()
        form.add_error("file", NO_ROOM)
        return None
    steering.ask(run, is_dry_run=True)
    return run


def _page(request, import_admin, form):
    context = {
        **import_admin.admin_site.each_context(request),
        "opts": import_admin.opts,
        "title": _("Import an archive"),
        "form": form,
        "media": import_admin.media,
    }
    return TemplateResponse(request, "admin/articles/import/add.html", context)
