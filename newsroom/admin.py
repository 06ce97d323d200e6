"""The desk as a whole: its title, menu, pages of its own and security policy."""

from functools import cache, wraps

from csp.constants import NONCE, SELF
from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles import notices
from authors.desk import DeskAdmin
from newsroom import calendar, dashboard, menu_page, palette, unsaved
from newsroom.models import MenuItem, Publication

MENU = [
    (
        _("Stories"),
        "articles.article articles.picture articles.correction reports.report "
        "articles.document "
        "articles.origin articles.import",
    ),
    (_("Subjects"), "articles.section articles.tag articles.series"),
    (_("People"), "authors.author auth.user auth.group"),
    (
        _("Site"),
        "newsroom.publication articles.page newsroom.menuitem blocks.shareblock "
        "blocks.sharenetwork blocks.advertiseblock articles.publishcheck "
        "feeds.partnerfeed crawlers.sitefiles crawlers.crawlrule crawlers.agent",
    ),
    (_("Addresses"), "redirects.redirect redirects.missingpage"),
    (_("Search"), "search.pick search.querycount"),
]
# The import map of the editor is an inline script: it runs with a nonce. The desk
# frames its own previews, and nothing that stories embed.
POLICY = {
    "script-src": [SELF, NONCE],
    "style-src": [SELF],
    "frame-src": [SELF],
}


def under_policy(view):
    """Give what a view answers the desk's policy, unless the view chose its own."""

    @wraps(view)
    def inner(request, *args, **kwargs):
        # PostgreSQL refuses NUL in a text; nobody types one into an address.
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("There is a NUL in the address.")
        response = view(request, *args, **kwargs)
        if not hasattr(response, "_csp_replace"):
            response._csp_replace = POLICY
        return response

    return inner


class PublicationAdmin(DeskAdmin):
    """There is one publication: the list is its form."""

    fieldsets = [
        (None, {"fields": ["name", "tagline", "description", "language", "logo"]}),
        (_("Foot of every page"), {"fields": ["copyright", "contact_email"]}),
        (_("Feeds"), {"fields": ["hub", "feed_authority"], "classes": ["collapse"]}),
    ]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, publication=None):
        return False

    def changelist_view(self, request, extra_context=None):
        publication = Publication.objects.first()
        if publication is None:
            publication = Publication()
            publication.save()
        address = reverse("admin:newsroom_publication_change", args=[publication.pk])
        return HttpResponseRedirect(address)


class MenuItemAdmin(DeskAdmin):
    """Both menus are one page: the list is its form (newsroom/menu_page.py)."""

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, item=None):
        """Say who may delete what stands in a menu: whoever may change the menu."""
        return self.has_change_permission(request, item)

    def changelist_view(self, request, extra_context=None):
        return menu_page.show(self, request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return HttpResponseRedirect(reverse("admin:newsroom_menuitem_changelist"))

    history_view = delete_view = change_view


class NewsroomAdminSite(admin.AdminSite):
    index_title = _("The desk")
    site_url = "/"
    empty_value_display = "–"

    def __init__(self, name="admin"):
        super().__init__(name)
        # Not by @admin.register: this module is imported to make the site, which
        # does not exist yet at that point.
        self.register(Publication, PublicationAdmin)
        self.register(MenuItem, MenuItemAdmin)

    def admin_view(self, view, cacheable=False):
        stock = super().admin_view(view, cacheable)

        @wraps(stock)
        def inner(request, *args, **kwargs):
            if not self.has_permission(request):
                # The login page would forget what was sent.
                unsaved_page = unsaved.show(request, unsaved.SESSION_OVER)
                if unsaved_page:
                    return unsaved_page
            return stock(request, *args, **kwargs)

        return under_policy(inner)

    def login(self, request, extra_context=None):
        return under_policy(super().login)(request, extra_context)

    def get_urls(self):
        # /r/<type>/<id>/ tells every member of staff the address of any row, an
        # unpublished story's too. DeskAdmin links to the page itself instead.
        stock = [
            url
            for url in super().get_urls()
            if getattr(url, "name", None) != "view_on_site"
        ]
        # Before Django's, which end with "any other path is none".
        return [
            *dashboard.urls(self),
            *calendar.urls(self),
            *palette.urls(self),
            *stock,
        ]

    def each_context(self, request):
        publication = Publication.objects.first() or Publication()
        return super().each_context(request) | {
            "site_title": publication.name,
            "site_header": publication.name,
            "may_write": request.user.has_perm("articles.add_article"),
            "may_read_articles": request.user.has_perm("articles.view_article"),
            # Counted where it is shown; asked for once.
            "notices_unseen": cache(lambda: notices.unseen(request.user).count()),
        }

    def get_app_list(self, request, app_label=None):
        """Return the menu: models by what they are for; the rest at the end."""
        if app_label:
            return super().get_app_list(request, app_label)
        models = {}
        for app in super().get_app_list(request):
            for model in app["models"]:
                models[model["model"]._meta.label_lower] = model
        if "newsroom.publication" in models:
            # There is one of it.
            models["newsroom.publication"]["name"] = Publication._meta.verbose_name
        menu = [
            _group(name, [models.pop(key) for key in keys.split() if key in models])
            for name, keys in MENU
        ]
        menu.append(_group(_("More"), list(models.values())))
        return [group for group in menu if group["models"]]

    def index(self, request, extra_context=None):
        days = request.GET.get("days", "")
        shown = dashboard.dashboard(
            request.user, section_days=int(days) if days in ("30", "90") else 30
        )
        return super().index(request, {**shown, **(extra_context or {})})


def _group(name, models):
    return {
        "name": name,
        "app_label": "menu",
        "app_url": "",
        "has_module_perms": True,
        "models": models,
    }
