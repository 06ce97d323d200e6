"""The library of pictures: its grid, its list, their filters and orders.

Measured with 20,000 pictures (benchmarks/library.py): a page takes a bounded number
of queries, whoever looks, and counts nothing beside the list itself.
"""

from datetime import datetime, timedelta

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.cache import cache
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from articles import in_use
from articles.models import Article, Page, Picture
from articles.rendering import picture_ids

ENDS_SOON = timedelta(days=30)
PAGE_SIZES = (24, 48, 96, 192)


def _told(name):
    return NullIf(name, Value(""))


# The keys are counted up as pictures are uploaded, and their index needs no column.
ORDERS = {
    "newest": (_("Newest first"), ["-pk"]),
    "oldest": (_("Oldest first"), ["pk"]),
    "name": (
        _("By name"),
        [
            Lower(
                Coalesce(
                    NullIf("title", Value("")),
                    NullIf("alt", Value("")),
                    "uploaded_name",
                )
            ),
            "pk",
        ],
    ),
    "largest": (_("Most pixels first"), [(F("width") * F("height")).desc(), "pk"]),
    "rights": (
        _("Rights end first"),
        [F("rights_expire_on").asc(nulls_last=True), "pk"],
    ),
}
NEWEST = "newest"
VIEWS = {"grid": _("Grid"), "list": _("List")}
# What the page asks beyond Django's own.
OWN_PARAMETERS = ("view", "per", "sort")
# What has to be read from all rows is read at most once in so many seconds: what texts
# show takes half a second at 100,000 articles.
KEPT = 60
MOST_LICENCES = 40


class Filter(admin.SimpleListFilter):
    """A filter whose choices are few: shown as a select that takes effect at once."""

    template = "admin/articles/picture/filter.html"


class WordsFilter(Filter):
    title = _("description")
    parameter_name = "words"

    def lookups(self, request, model_admin):
        return [
            ("missing", _("Not described yet")),
            ("decorative", _("Decorative")),
            ("uncredited", _("No credit")),
        ]

    def queryset(self, request, pictures):
        match self.value():
            case "missing":
                return pictures.filter(alt="", is_decorative=False)
            case "decorative":
                return pictures.filter(is_decorative=True)
            case "uncredited":
                return pictures.filter(credit="")
        return pictures


class RightsFilter(Filter):
    title = _("rights")
    parameter_name = "rights"

    def lookups(self, request, model_admin):
        return [
            ("over", _("Expired")),
            ("soon", _("Expire within 30 days")),
            ("open", _("No end given")),
            ("none", _("Nothing said of rights")),
        ]

    def queryset(self, request, pictures):
        today = timezone.localdate()
        match self.value():
            case "over":
                return pictures.filter(rights_expire_on__lt=today)
            case "soon":
                return pictures.filter(
                    rights_expire_on__range=(today, today + ENDS_SOON)
                )
            case "open":
                return pictures.filter(rights_expire_on=None)
            case "none":
                return pictures.filter(rights_expire_on=None, licence="")
        return pictures


class UseFilter(Filter):
    title = _("use")
    parameter_name = "use"

    def lookups(self, request, model_admin):
        return [("unused", _("Not used")), ("used", _("Used"))]

    def queryset(self, request, pictures):
        match self.value():
            case "unused":
                return unused(pictures)
            case "used":
                return pictures.exclude(pk__in=unused(Picture.objects).values("pk"))
        return pictures


class UploaderFilter(Filter):
    title = _("uploaded by")
    parameter_name = "by"

    def lookups(self, request, model_admin):
        return [("me", _("Me"))]

    def queryset(self, request, pictures):
        if self.value() == "me":
            return pictures.filter(uploaded_by=request.user)
        return pictures


class MonthFilter(Filter):
    """The month of the upload, from the first picture's to the last one's.

    Two steps in the index of the keys, where a list of the months that have
    pictures would read all of them.
    """

    title = _("month")
    parameter_name = "month"

    def lookups(self, request, model_admin):
        moments = Picture.objects.values_list("created_at", flat=True)
        first, last = (moments.order_by(order).first() for order in ("pk", "-pk"))
        if not first:
            return []
        first, month = timezone.localtime(first), timezone.localtime(last)
        months = []
        while (month.year, month.month) >= (first.year, first.month):
            months.append((f"{month:%Y-%m}", date_format(month, "F Y")))
            month = month.replace(day=1) - timedelta(days=1)
        return months

    def queryset(self, request, pictures):
        try:
            begin = datetime.strptime(self.value() or "", "%Y-%m").replace(
                tzinfo=timezone.get_current_timezone()
            )
            end = (begin + timedelta(days=31)).replace(day=1)
        # No month, or none that a calendar has.
        except (ValueError, OverflowError):
            return pictures
        return pictures.filter(created_at__gte=begin, created_at__lt=end)


class ShapeFilter(Filter):
    title = _("shape")
    parameter_name = "shape"

    def lookups(self, request, model_admin):
        return [
            ("landscape", _("Landscape")),
            ("portrait", _("Portrait")),
            ("square", _("Square")),
        ]

    def queryset(self, request, pictures):
        match self.value():
            case "landscape":
                return pictures.filter(width__gt=F("height"))
            case "portrait":
                return pictures.filter(width__lt=F("height"))
            case "square":
                return pictures.filter(width=F("height"))
        return pictures


class LicenceFilter(Filter):
    title = _("licence")
    parameter_name = "licence"

    def lookups(self, request, model_admin):
        licences = cache.get_or_set("picture-licences", _licences, timeout=KEPT)
        # What is chosen is offered, however new it is.
        if (chosen := self.value()) and chosen not in licences:
            licences = [*licences, chosen]
        return [(name, name) for name in licences]

    def queryset(self, request, pictures):
        return pictures.filter(licence=self.value()) if self.value() else pictures


def _licences():
    """Return the licences there are, some of them, by the alphabet."""
    names = Picture.objects.exclude(licence="").order_by("licence")
    names = names.values_list("licence", flat=True).distinct()
    return list(names[:MOST_LICENCES])


def unused(pictures):
    """Return those of the pictures that nothing shows.

    What texts show may be a minute old (KEPT). Deleting looks again.
    """
    for relation in in_use.relations_to(Picture):
        rows = relation.related_model._base_manager.order_by()
        pointing = rows.filter(**{relation.field.name: OuterRef("pk")})
        pictures = pictures.filter(~Exists(pointing))
    shown = cache.get_or_set("pictures-in-texts", _in_texts, timeout=KEPT)
    return pictures.exclude(pk__in=shown)


def _in_texts():
    """Return the keys of the pictures that bodies show."""
    shown = set()
    for model in (Article, Page):
        bodies = model.objects.filter(body__contains='data-picture="').order_by()
        for body in bodies.values_list("body", flat=True).iterator():
            shown |= picture_ids(body)
    return shown


class PictureChangeList(ChangeList):
    """The library's page: as many pictures, in the order and the view asked for."""

    def __init__(self, request, *args, **kwargs):
        size = request.GET.get("per", "")
        sizes = {str(each): each for each in PAGE_SIZES}
        self.page_size = sizes.get(size, PAGE_SIZES[1])
        self.order = request.GET.get("sort", NEWEST)
        if self.order not in ORDERS:
            self.order = NEWEST
        super().__init__(request, *args, **kwargs)
        # A window that chooses one row has Django's own table.
        self.is_grid = not self.is_popup and chosen_view(request) == "grid"

    def get_filters_params(self, params=None):
        params = super().get_filters_params(params)
        return {k: v for k, v in params.items() if k not in OWN_PARAMETERS}

    def get_ordering(self, request, queryset):
        return ORDERS[self.order][1]

    def get_results(self, request):
        self.list_per_page = self.page_size
        super().get_results(request)

    # What the page's own selects offer: {"query": str, "name": str, "is_chosen": bool}

    def orders(self):
        return [
            self._choice("sort", key, name, key == self.order)
            for key, (name, _order) in ORDERS.items()
        ]

    def sizes(self):
        return [
            self._choice("per", size, size, size == self.page_size)
            for size in PAGE_SIZES
        ]

    def views(self):
        return [
            self._choice("view", key, name, self.is_grid == (key == "grid"))
            for key, name in VIEWS.items()
        ]

    def _choice(self, parameter, value, name, is_chosen):
        query = self.get_query_string({parameter: value})
        return {"query": query, "name": name, "is_chosen": is_chosen, "value": value}


def chosen_view(request):
    """Return "grid" or "list": what is asked for, else what was asked for last."""
    kept = request.session.get("pictures_view", "grid")
    asked = request.GET.get("view")
    if asked in VIEWS and asked != kept:
        request.session["pictures_view"] = kept = asked
    return kept


def card(picture):
    """Return what every page that shows a picture's thumbnail needs of it."""
    return {
        "picture": picture,
        "name": str(picture),
        "thumbnail": picture.url_near(400),
    }


def cards(changelist, today):
    """Return what the grid shows of each picture, as a list of dicts."""
    return [
        {
            **card(picture),
            "address": changelist.url_for_result(picture),
            "marks": list(marks(picture, today)),
        }
        for picture in changelist.result_list
    ]


def marks(picture, today):
    """Yield (how urgent: "bad" or "soon", what to care about) of a picture."""
    if not picture.alt and not picture.is_decorative:
        yield "soon", _("Not described")
    ends = picture.rights_expire_on
    if ends and ends < today:
        yield "bad", _("Rights expired")
    elif ends and ends <= today + ENDS_SOON:
        day = date_format(ends, "j M")
        yield "soon", _("Rights until %(day)s") % {"day": day}


FILTERS = [
    WordsFilter,
    RightsFilter,
    UseFilter,
    UploaderFilter,
    MonthFilter,
    ShapeFilter,
    LicenceFilter,
]
