"""The page on which editors order the menus: both at once, saved by one button.

Without JavaScript its numbers are typed; static/admin_desk/menus.js drags them.
"""

import json
import re
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from articles.models import Page, Section
from newsroom import menus
from newsroom.menus import MENUS, Line
from newsroom.models import MenuItem, Publication, validate_link

# More than any menu that readers would look through.
MOST = 200
LABEL = MenuItem._meta.get_field("label").max_length
ADDRESS = MenuItem._meta.get_field("address").max_length
# How the box to add one calls the target that is typed.
OWN = "link"


@dataclass
class Row:
    """A line of a menu as the page shows it."""

    target: str
    label: str = ""
    name: str = ""  # what it is called without a label
    kind: str = ""  # "section", "page" or "link"
    address: str = ""
    is_hidden: bool = False  # a page that readers do not see
    error: str = ""


class Targets:
    """Every section and page that a menu can lead to; two queries."""

    def __init__(self):
        self.sections = {
            f"section-{section.pk}": section
            for section in Section.objects.select_related("parent")
        }
        pages = Page.objects.defer("body").filter(trashed_at=None)
        self.pages = {f"page-{page.pk}": page for page in pages}

    def row(self, line):
        """Return the Row of a Line; its kind is empty where the target is gone."""
        row = Row(line.target, line.label)
        if section := self.sections.get(line.target):
            row.kind, row.name = "section", section.name
            row.address = section.get_absolute_url()
        elif page := self.pages.get(line.target):
            row.kind, row.name, row.address = "page", page.title, page.path
            row.is_hidden = not page.is_live()
        elif not is_key(line.target):
            row.kind, row.address = "link", line.target
        return row


def is_key(target):
    return re.fullmatch(r"(section|page)-\d{1,18}", target) is not None


def show(desk, request):
    """Show the menus; save them where the form is sent."""
    if not desk.has_view_or_change_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        stored = menus.take()
        return _page(desk, request, _rows(stored), base=stored)
    if not desk.has_change_permission(request):
        raise PermissionDenied
    with transaction.atomic():
        # Nobody saves the menus in between.
        Publication.objects.get_or_create(pk=1)
        Publication.objects.select_for_update().get(pk=1)
        return _save(desk, request)


def _save(desk, request):
    stored, targets = menus.take(), Targets()
    sent = read(request.POST)
    base = read_base(request.POST.get("base")) or stored
    merged, clashes = {}, {}
    for menu in MENUS:
        merged[menu], clashes[menu] = menus.merge(base[menu], stored[menu], sent[menu])
    rows = _rows(merged, targets)
    for menu in MENUS:
        _check(rows[menu], clashes[menu])
    if any(row.error for lines in rows.values() for row in lines):
        # What somebody else did is in the rows now: it is not asked again.
        return _page(desk, request, rows, base=stored)
    if menus.put(merged):
        item = MenuItem(pk=0, label=_("Menus"))
        desk.log_change(request, item, _("Arranged the menus."))
        desk.message_user(
            request, _("The menus are saved: readers see them now."), messages.SUCCESS
        )
    else:
        desk.message_user(request, _("Nothing was changed."), messages.INFO)
    if merged != sent:
        told = _("Merged with what %(name)s saved meanwhile: please look.")
        who = _last_saved(besides=request.user)
        desk.message_user(request, told % {"name": who}, messages.WARNING)
    return HttpResponseRedirect(request.path)


def _last_saved(besides):
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(MenuItem)
    )
    entry = entries.exclude(user=besides).select_related("user").first()
    return entry.user.get_full_name() or entry.user if entry else _("somebody else")


def read(sent):
    """Return the menus that a form says, in the order of its numbers.

    Its names are row-<n>-menu, -target, -address, -label, -position and -remove. A
    line without a target is none; of two with one target the first counts.
    """
    found = []
    for name in sent:
        if not (match := re.fullmatch(r"row-(\d{1,6})-target", name)):
            continue
        number = int(match[1])
        word = {
            field: sent.get(f"row-{number}-{field}", "").replace("\0", "").strip()
            for field in ("menu", "target", "address", "label", "position", "remove")
        }
        target = word["address"] if word["target"] == OWN else word["target"]
        is_empty = not target and not (word["target"] == OWN and word["label"])
        if word["menu"] not in MENUS or word["remove"] or is_empty:
            continue
        position = word["position"]
        place = int(position) if re.fullmatch(r"\d{1,6}", position) else MOST
        label = " ".join(word["label"].split())
        found.append((place, number, word["menu"], Line(target, label)))
    arranged = {menu: {} for menu in MENUS}
    for _place, _number, menu, line in sorted(found)[:MOST]:
        arranged[menu].setdefault(line.target, line)
    return {menu: list(lines.values()) for menu, lines in arranged.items()}


def read_base(text):
    """Return the menus that the form began with; None if they are garbled."""
    try:
        base = json.loads(text or "")
        return {
            menu: [Line(str(target), str(label)) for target, label in base[menu]]
            for menu in MENUS
        }
    except (ValueError, KeyError, TypeError):
        return None


def _rows(arranged, targets=None):
    targets = targets or Targets()
    return {
        menu: [targets.row(line) for line in lines] for menu, lines in arranged.items()
    }


def _check(rows, clashes):
    """Write into each row what is wrong with it, as a sentence for the editor."""
    for row in rows:
        if not row.kind:
            row.error = _("What this led to no longer exists: remove it.")
        elif row.kind == "link":
            row.error = _wrong_link(row)
        if len(row.label) > LABEL:
            row.error = _("At most %(number)d letters.") % {"number": LABEL}
        if not row.error and row.target in clashes:
            row.error = _(
                "Somebody else called it “%(label)s” meanwhile. To keep yours, save "
                "again."
            ) % {"label": clashes[row.target] or row.name}


def _wrong_link(row):
    if len(row.address) > ADDRESS:
        return _("This address is too long.")
    try:
        validate_link(row.address)
    except ValidationError as error:
        return " ".join(error.messages)
    return "" if row.label else _("A link of its own needs a label.")


def _page(desk, request, rows, *, base):
    targets = Targets()
    shown, number = [], 0
    for menu in MenuItem.Menu:
        lines = []
        for position, row in enumerate(rows[menu.value]):
            lines.append({"number": number, "position": position, "row": row})
            number += 1
        shown.append({"name": menu.value, "label": menu.label, "lines": lines})
    for menu in shown:
        menu["new_number"] = number
        number += 1
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": _("Menus"),
        "menus": shown,
        "base": json.dumps(base),
        "sections": targets.sections.items(),
        "pages": targets.pages.items(),
        "next_number": number,
        "may_change": desk.has_change_permission(request),
        "has_errors": any(row.error for lines in rows.values() for row in lines),
        "link_row": Row(OWN, kind="link"),
        "wanted": request.GET.get("add", ""),
        "publication": Publication.objects.first() or Publication(),
    }
    template = "admin/newsroom/menuitem/change_list.html"
    return TemplateResponse(request, template, context)
