"""The page that takes an export: one file of any size, and what is chosen for it.

The file is written to where it stays as it comes in, so that neither memory nor the
system's folder for temporary files has to hold it, and nothing is copied afterwards.
"""

import re
import shutil
import tempfile
import zoneinfo
from pathlib import Path

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
from articles.importers.archives import ENDINGS as ARCHIVES
from articles.importers.archives import is_archive
from articles.importers.rules import RULES_OF_THE_DESK, RulesError, rules_of
from articles.models import Article, Import, Section

ENDINGS = (
    *ARCHIVES,
    *(".xml", ".rss", ".atom", ".json", ".jsonl", ".md", ".markdown"),
    *(".html", ".htm", ".txt"),
)
NO_ROOM = gettext_lazy(
    "The site could not keep this file: its disk is full, or nearly. Please tell "
    "whoever runs the site; nothing is wrong with your file, and nothing was imported."
)
KINDS = [
    ("", gettext_lazy("It finds out by itself")),
    ("wordpress", gettext_lazy("WordPress or Squarespace (WXR)")),
    ("ghost", "Ghost"),
    ("feed", gettext_lazy("A feed, or Blogger’s export")),
    ("newsletter", gettext_lazy("Medium or Substack")),
    ("markdown", gettext_lazy("Markdown (Jekyll, Hugo)")),
    ("pages", gettext_lazy("Saved pages and plain text")),
]
# A host, with a port where it has one of its own.
HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.)*[a-z0-9_-]{1,63}(?::\d{1,5})?")
# So much of the free disk an upload may take; pages and the database need some.
SHARE = 0.9
Status = Article.Status


def kinds_called(kinds):
    """Return a run's kinds, "ghost, pages", as the form calls them."""
    names = dict(KINDS)
    return ", ".join(str(names.get(kind, kind)) for kind in kinds.split(", ") if kind)


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
    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"), choices=KINDS, required=False
    )
    media = forms.FileField(
        label=gettext_lazy("Pictures and documents"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(ARCHIVES)}),
        help_text=gettext_lazy(
            "A zip or tar of the old site’s files (of WordPress: wp-content/uploads), "
            "where they are not in the file above."
        ),
        error_messages={"empty": gettext_lazy("This file is empty.")},
    )
    fetch_media = forms.BooleanField(
        label=gettext_lazy("Fetch missing pictures and documents from the old site"),
        required=False,
        help_text=gettext_lazy(
            "While it imports, not in the dry run: twice a second at most, and only "
            "from the address above, or the hosts below."
        ),
    )
    hosts = forms.CharField(
        label=gettext_lazy("Hosts to fetch from"),
        max_length=1000,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "old.example, img.old.example"}),
        help_text=gettext_lazy("With commas between them; else the old site’s own."),
    )
    blocks = forms.BooleanField(
        label=gettext_lazy("Make share and advertise blocks of the pages’ own lines"),
        required=False,
        help_text=gettext_lazy(
            "Of saved pages: the wording that most of them have, once for the whole "
            "site. An undoing leaves the blocks."
        ),
    )
    rules = forms.CharField(
        label=gettext_lazy("Rules for saved pages"),
        max_length=100_000,
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 6,
                "spellcheck": "false",
                "placeholder": '[pages]\nheadline = "font.hl"\nbody = "div.story"',
            }
        ),
        help_text=gettext_lazy(
            "Where headline, byline, date and body stand in this site’s pages, if they "
            "are not found by themselves: CSS or XPath, as the manual says."
        ),
    )

    def clean_media(self):
        file = self.cleaned_data["media"]
        if file and not is_archive(Path(file.temporary_file_path())):
            raise ValidationError(
                _("“%(name)s” is no zip and no tar."), params={"name": file.name[-100:]}
            )
        return file

    def clean_hosts(self):
        hosts = []
        for word in re.split(r"[\s,;]+", self.cleaned_data["hosts"].lower()):
            host = re.sub(r"^https?://|/.*$", "", word)
            if host and not HOST.fullmatch(host):
                raise ValidationError(
                    _("“%(host)s” is no name of a host."), params={"host": word[:100]}
                )
            hosts += [host] if host else []
        return list(dict.fromkeys(hosts))

    def clean_rules(self):
        text = self.cleaned_data["rules"].replace("\r\n", "\n")
        if not text.strip():
            return ""
        try:
            rules_of(text, RULES_OF_THE_DESK)
        except RulesError as error:
            raise ValidationError(str(error)) from error
        return text

    def clean(self):
        told = self.cleaned_data
        has_hosts = told.get("site") or told.get("hosts")
        is_wrong = {"site", "hosts"} & self.errors.keys()
        if told.get("fetch_media") and not has_hosts and not is_wrong:
            self.add_error(
                "fetch_media", _("Say where from: the old site’s address, or hosts.")
            )
        return told

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
            "kind": told["kind"],
            "fetch_media": told["fetch_media"],
            "host": told["hosts"],
            "blocks": told["blocks"],
            "rules_text": told["rules"],
        }


def initial_of(options):
    """Return what a form shows of the options that a row keeps."""
    return {
        **options,
        "tags": format_names(options.get("tag", [])),
        "addresses": "new" if options.get("new_paths") else "old",
        "hosts": ", ".join(options.get("host", [])),
        "rules": options.get("rules_text", ""),
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
    field_order = ["file", "media"]

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


def receive(request, import_admin, answer):
    """Answer what may bring files of any size: `answer(request, handler)`.

    Nobody else's upload is even received.
    """
    if not import_admin.has_add_permission(request):
        raise PermissionDenied
    # Before anything reads what was sent, which checking its token does.
    handler = ToImports(request)
    request.upload_handlers = [handler]

    @csrf_protect
    def checked(request):
        return answer(request, handler)

    return checked(request)


def add(request, import_admin):
    """Take an upload; begin its dry run."""

    def answer(request, handler):
        return _add(request, import_admin, handler)

    return receive(request, import_admin, answer)


def _add(request, import_admin, handler):
    """Answer with a page, or as `sent` does."""
    if request.method != "POST":
        return _page(request, import_admin, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if is_good(form, handler) and (run := _keep(request, form)):
        import_admin.log_addition(request, run, [{"added": {}}])
        address = reverse("admin:articles_import_change", args=[run.pk])
        return sent(request, HttpResponseRedirect(address))
    return refused(request, form) or _page(request, import_admin, form)


def is_good(form, handler):
    """Say whether a form is valid, and what it brought was kept."""
    is_valid = form.is_valid()
    if handler.is_full:
        # Of the two files, the first is meant; neither is there.
        name = "file" if "file" in form.fields else "media"
        form.errors[name] = form.error_class([NO_ROOM])
    return is_valid and not handler.is_full


def _wants_json(request):
    return request.headers.get("Accept") == "application/json"


def sent(request, redirect):
    """Return a redirect, or {"address": …} to the script that sends a form."""
    if _wants_json(request):
        return JsonResponse({"address": redirect["Location"]})
    return redirect


def refused(request, form):
    """Return {"errors": {field: …}} to the script that sends a form, else None."""
    if _wants_json(request):
        return JsonResponse({"errors": form.errors}, status=400)
    return None


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
        form.add_error("file", NO_ROOM)
    if form.errors or not has_room(run, form):
        uploads.forget(run)
        run.delete()
        return None
    steering.ask(run, is_dry_run=True)
    return run


def has_room(run, form):
    """Keep the archive of media that a valid form brought; say whether it could be."""
    media = form.cleaned_data["media"]
    if media:
        try:
            uploads.keep_media(run, media.temporary_file_path(), media.name)
        except OSError:
            form.add_error("media", NO_ROOM)
            return False
    return True


def _page(request, import_admin, form):
    context = {
        **import_admin.admin_site.each_context(request),
        "opts": import_admin.opts,
        "title": _("Import an archive"),
        "form": form,
        "media": import_admin.media,
    }
    return TemplateResponse(request, "admin/articles/import/add.html", context)
