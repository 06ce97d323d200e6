"""The desk's list of redirects, and its inbox of missing pages."""

from datetime import timedelta
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles.models import Article, Byline
from authors.desk import DeskAdmin, TypedSelect
from authors.merging import MergingForm
from authors.table_pages import TablePages
from newsroom.redirects.addresses import OWN, first_of, is_ours, normal, path_of
from newsroom.redirects.models import MissingPage, Redirect
from newsroom.redirects.refusing import refuse
from newsroom.redirects.standing import standing
from newsroom.redirects.suggesting import suggest
from newsroom.redirects.tables import RedirectTable

Answer, Maker = Redirect.Answer, Redirect.Maker
RULES = ("old", "match", "target", "keeps_rest", "answer")
# A choice of stories by typing, as a form with this key offers it.
STORY = Byline._meta.get_field("article")
A_YEAR = timedelta(days=365)


class RedirectForm(MergingForm):
    """A redirect, which may be aimed at a story by words of its headline."""

    story = forms.ModelChoiceField(
        Article.objects.none(),
        required=False,
        label=_("or to the story"),
        help_text=_("Words of its headline. It takes the place of “leads to”."),
    )

    class Meta:
        widgets = {
            "old": forms.TextInput(attrs={"class": "address", "spellcheck": "false"}),
            "target": forms.TextInput(
                attrs={"class": "address", "spellcheck": "false"}
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "story" in self.fields:
            self.fields["story"].queryset = Article.objects.live()
            self.fields["story"].error_messages["invalid_choice"] = _(
                "Choose a story that readers can see."
            )

    def clean(self):
        cleaned = super().clean()
        if story := cleaned.get("story"):
            cleaned["target"] = story.get_absolute_url()
        if self.errors or not set(RULES) <= cleaned.keys():
            return cleaned
        redirect = Redirect(
            pk=self.instance.pk, **{name: cleaned[name] for name in RULES}
        )
        try:
            refuse(redirect)
        except ValidationError as error:
            for field, told in error.message_dict.items():
                self.add_error(field, told)
        else:
            cleaned |= {name: getattr(redirect, name) for name in RULES}
        return cleaned


class UseFilter(admin.SimpleListFilter):
    title = _("last used")
    parameter_name = "used"

    def lookups(self, request, model_admin):
        return [
            ("month", _("in the last 30 days")),
            ("old", _("not for a year")),
            ("never", _("never")),
        ]

    def queryset(self, request, redirects):
        now = timezone.now()
        match self.value():
            case "month":
                return redirects.filter(last_used_at__gte=now - timedelta(days=30))
            case "old":
                return redirects.filter(last_used_at__lt=now - A_YEAR)
            case "never":
                return redirects.filter(last_used_at=None)
        return redirects


@admin.register(Redirect)
class RedirectAdmin(TablePages, DeskAdmin):
    table = RedirectTable
    form = RedirectForm
    list_display = ["old_address", "leads_to", "made_by", "hits", "used"]
    list_filter = ["match", "answer", "made_by", UseFilter]
    search_fields = ["old", "target", "note"]
    search_help_text = _("Parts of the old or the new address, or of the note.")
    sortable_by = ["hits"]
    readonly_fields = ["history"]
    fieldsets = [
        (None, {"fields": ["old", "match", "target", "story", "answer", "keeps_rest"]}),
        (_("For the desk"), {"fields": ["note", "history"]}),
    ]

    class Media:
        css = {"all": ["admin_desk/redirects.css"]}

    def get_fieldsets(self, request, redirect=None):
        if self.has_change_permission(request, redirect):
            return self.fieldsets
        fields = ["old", "match", "target", "answer", "keeps_rest", "note", "history"]
        return [(None, {"fields": fields})]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if "story" in form.base_fields:
            form.base_fields["story"].widget = TypedSelect(STORY, self.admin_site)
        return form

    def get_changeform_initial_data(self, request):
        return {
            name: value
            for name, value in super().get_changeform_initial_data(request).items()
            if name in RULES
        }

    def get_changelist_instance(self, request):
        """Look together for the pages that stand at a page's old addresses."""
        shown = super().get_changelist_instance(request)
        exact = [r for r in shown.result_list if r.match == Redirect.Match.EXACT]
        live = standing([redirect.key for redirect in exact])
        for redirect in exact:
            redirect.rests = redirect.key in live
        return shown

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if request.method == "GET":
            redirect = self.get_object(request, object_id)
            is_exact = redirect and redirect.match == Redirect.Match.EXACT
            if is_exact and standing([redirect.key]):
                told = _("This redirect rests: a page stands at its old address.")
                messages.warning(request, told)
        return super().change_view(request, object_id, form_url, extra_context)

    def save_model(self, request, redirect, form, change):
        super().save_model(request, redirect, form, change)
        if leads_nowhere(redirect):
            told = _("No page stands at “%(target)s” yet: readers find nothing there.")
            messages.warning(request, told % {"target": redirect.target})

    def view_on_site(self, redirect):
        """Return the old address, which shows what readers get."""
        return redirect.key if redirect.match == Redirect.Match.EXACT else None

    @admin.display(description=_("old address"))
    def old_address(self, redirect):
        covers = ""
        if redirect.match != Redirect.Match.EXACT:
            covers = redirect.get_match_display()
        elif getattr(redirect, "rests", False):
            covers = _("rests: a page stands there")
        return format_html(
            '<span class="address">{}</span> <span class="quiet">{}</span>',
            redirect.old,
            covers,
        )

    @admin.display(description=_("leads to"))
    def leads_to(self, redirect):
        if redirect.answer == Answer.GONE:
            return format_html('<span class="state state-off">{}</span>', _("gone"))
        mark = _("for now") if redirect.answer == Answer.FOR_NOW else ""
        return format_html(
            '<span class="address">{}</span> <span class="quiet">{}</span>',
            redirect.target,
            mark,
        )

    @admin.display(description=_("last used"))
    def used(self, redirect):
        if redirect.last_used_at is None:
            return _("never")
        return date_format(timezone.localtime(redirect.last_used_at), "j M Y")

    @admin.display(description=_("so far"))
    def history(self, redirect):
        if redirect.pk is None:
            return _("It is not saved yet.")
        told = ngettext(
            "Made by %(maker)s on %(day)s; %(count)d hit, last used: %(used)s.",
            "Made by %(maker)s on %(day)s; %(count)d hits, last used: %(used)s.",
            redirect.hits,
        )
        return told % {
            "maker": redirect.get_made_by_display(),
            "day": date_format(timezone.localtime(redirect.created_at), "j M Y"),
            "count": redirect.hits,
            "used": self.used(redirect),
        }


def leads_nowhere(redirect):
    """Say whether readers whom it leads on find no page of this site.

    Of what leads to many addresses nobody knows.
    """
    is_one = redirect.match == Redirect.Match.EXACT or not (
        redirect.match == Redirect.Match.PATTERN or redirect.keeps_rest
    )
    if not is_one or not is_ours(redirect.target):
        return False
    key = normal(redirect.target)
    if first_of(key) in OWN or standing([key, path_of(key)]):
        return False
    return Redirect.objects.leading(key) is None


class InboxFilter(admin.SimpleListFilter):
    """What the inbox shows: what waits, unless another part is chosen."""

    title = _("show")
    parameter_name = "show"

    def lookups(self, request, model_admin):
        return [
            ("robots", _("asked for by robots only")),
            ("probes", _("probes")),
            ("ignored", _("ignored")),
            ("all", _("all")),
        ]

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        return [{**first, "display": _("waiting")}, *others]

    def queryset(self, request, pages):
        match self.value():
            case "robots":
                return pages.filter(is_settled=False, is_probe=False, hits=0)
            case "probes":
                return pages.filter(is_settled=False, is_probe=True)
            case "ignored":
                return pages.filter(is_settled=True)
            case "all":
                return pages
        return pages.waiting()


@admin.register(MissingPage)
class MissingPageAdmin(DeskAdmin):
    """Each has a suggestion and buttons; there is no form of its own."""

    list_per_page = 25
    list_display = ["asked_for", "likeliest", "hits", "seen"]
    list_display_links = None
    list_filter = [InboxFilter]
    search_fields = ["address"]
    sortable_by = ["hits"]
    actions = ["accept_selected", "mark_gone", "ignore", "ask_again"]

    class Media:
        css = {"all": ["admin_desk/redirects.css"]}

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, page=None):
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return HttpResponseRedirect(reverse("admin:redirects_missingpage_changelist"))

    def changelist_view(self, request, extra_context=None):
        for name, verb in (("_accept", self._accept), ("_gone", self._gone)):
            if request.method == "POST" and name in request.POST:
                return self._do(request, verb, [request.POST[name]])
        return super().changelist_view(request, extra_context)

    def get_changelist_instance(self, request):
        """Look for the suggestions of a page's rows together."""
        shown = super().get_changelist_instance(request)
        addresses = [page.address for page in shown.result_list]
        suggestions, live = suggest(addresses), standing(addresses)
        may_make = self.may_make(request)
        for page in shown.result_list:
            page.suggestion = suggestions.get(page.address)
            page.is_live, page.may_make = page.address in live, may_make
        return shown

    def may_make(self, request):
        return request.user.has_perm("redirects.add_redirect")

    # Columns

    @admin.display(description=_("missing page"))
    def asked_for(self, page):
        linked = format_html_join(
            "",
            '<div class="address quiet">{} <b>{}</b></div>',
            ((address, count) for address, count in page.referrers),
        )
        if linked:
            linked = format_html(
                '<div class="linked-from"><span class="quiet">{}</span>{}</div>',
                _("Linked from"),
                linked,
            )
        return format_html(
            '<a class="address" href="{0}" rel="nofollow">{0}</a>{1}',
            page.address,
            linked,
        )

    @admin.display(description=_("likeliest page"))
    def likeliest(self, page):
        if page.is_live:
            return _("A page stands here by now.")
        shown = [self._suggested(page)] if page.suggestion else []
        if page.may_make:
            shown.append(self._buttons(page))
        return format_html_join("", "{}", ((each,) for each in shown))

    def _suggested(self, page):
        return format_html(
            '<p class="suggested"><a href="{0}">{1}</a> '
            '<span class="address quiet">{0}</span> <span class="quiet">{2}</span></p>',
            page.suggestion.target,
            page.suggestion.title,
            page.suggestion.why,
        )

    def _buttons(self, page):
        choose = urlencode({"old": page.address})
        accept = (
            format_html(
                '<button class="main" name="_accept" value="{}">{}</button> ',
                page.pk,
                _("Accept"),
            )
            if page.suggestion
            else ""
        )
        return format_html(
            '<p class="inbox-verbs">{}<a class="button-link" href="{}?{}">{}</a> '
            '<button name="_gone" value="{}">{}</button></p>',
            accept,
            reverse("admin:redirects_redirect_add"),
            choose,
            _("Choose another…") if page.suggestion else _("Choose…"),
            page.pk,
            _("Gone"),
        )

    @admin.display(description=_("first and last"))
    def seen(self, page):
        first, last = (
            date_format(timezone.localtime(moment), "j M Y")
            for moment in (page.first_seen_at, page.last_seen_at)
        )
        return last if first == last else f"{first} – {last}"

    # Verbs

    def _do(self, request, verb, keys):
        """Do a verb to the pages of these keys, and tell what became of them."""
        if not (self.has_change_permission(request) and self.may_make(request)):
            raise PermissionDenied
        keys = [key for key in map(str, keys) if key.isdecimal() and len(key) < 19]
        pages = list(MissingPage.objects.filter(pk__in=keys).order_by("pk"))
        done, left = verb(pages)
        for redirect in done:
            self.log_addition(request, redirect, f"Made for {redirect.old}.")
        if done:
            self.message_user(request, made(done), messages.SUCCESS)
        for address, sentence in left[:5]:
            self.message_user(request, f"{address}: {sentence}", messages.WARNING)
        if len(left) > 5:
            told = _("%(count)d more were left.") % {"count": len(left) - 5}
            self.message_user(request, told, messages.WARNING)
        return HttpResponseRedirect(request.get_full_path())

    def _accept(self, pages):
        suggestions = suggest([page.address for page in pages])
        left = [
            (page.address, _("nothing is likely; choose a page."))
            for page in pages
            if page.address not in suggestions
        ]
        done, refused = make_all(
            Redirect(old=address, target=suggestion.target, made_by=Maker.SUGGESTION)
            for address, suggestion in suggestions.items()
        )
        return done, left + refused

    def _gone(self, pages):
        return make_all(
            Redirect(old=page.address, answer=Answer.GONE) for page in pages
        )

    @admin.action(description=_("Accept the likeliest pages"), permissions=["change"])
    def accept_selected(self, request, pages):
        return self._do(request, self._accept, pages.values_list("pk", flat=True))

    @admin.action(description=_("Say that they are gone (410)"), permissions=["change"])
    def mark_gone(self, request, pages):
        return self._do(request, self._gone, pages.values_list("pk", flat=True))

    @admin.action(description=_("Ignore"), permissions=["change"])
    def ignore(self, request, pages):
        self._settle(request, pages, is_settled=True)

    @admin.action(description=_("No longer ignore"), permissions=["change"])
    def ask_again(self, request, pages):
        self._settle(request, pages, is_settled=False)

    def _settle(self, request, pages, is_settled):
        keys = list(pages.values_list("pk", flat=True))
        count = MissingPage.objects.filter(pk__in=keys).update(is_settled=is_settled)
        told = (
            ngettext("%(count)d is ignored.", "%(count)d are ignored.", count)
            if is_settled
            else ngettext("%(count)d waits again.", "%(count)d wait again.", count)
        )
        self.message_user(request, told % {"count": count}, messages.SUCCESS)


def made(redirects):
    """Return what is said of the redirects that were made."""
    if len(redirects) > 1:
        return _("%(count)d redirects were made.") % {"count": len(redirects)}
    (redirect,) = redirects
    told = (
        _("“{}” leads to {} from now on.")
        if redirect.target
        else _("“{}” is said to be gone (410) from now on.")
    )
    return format_html(
        '<span class="address">{}</span> <a href="{}">{}</a>',
        told.format(redirect.old, redirect.target),
        reverse("admin:redirects_redirect_change", args=[redirect.pk]),
        _("Change"),
    )


def make_all(redirects):
    """Make redirects; return (those made, [(old address, why it was not)])."""
    done, left = [], []
    for redirect in redirects:
        try:
            refuse(redirect)
            with transaction.atomic():
                redirect.save()
        except ValidationError as error:
            left.append((redirect.old, " ".join(error.messages)))
        else:
            done.append(redirect)
    return done, left
