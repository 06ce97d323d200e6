"""The desk as a whole: its title, menu, dashboard and security policy."""

from functools import wraps

from csp.constants import NONCE, SELF
from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from authors.desk import DeskAdmin
from newsroom.blocks.models import AdvertiseBlock
from newsroom.models import Publication

MENU = [
    (
        _("Stories"),
        "articles.article articles.picture articles.correction articles.origin",
    ),
    (_("Subjects"), "articles.section articles.tag articles.series"),
    (_("People"), "authors.author auth.user auth.group"),
    (
        _("Site"),
        "newsroom.publication articles.page blocks.shareblock blocks.sharenetwork "
        "blocks.advertiseblock",
    ),
]
# How many of each the dashboard names.
NAMED = 6
# The import map of the editor is an inline script: it runs with a nonce.
POLICY = {"script-src": [SELF, NONCE], "style-src": [SELF]}


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
        (None, {"fields": ["name", "tagline", "description", "language"]}),
        (_("Foot of every page"), {"fields": ["copyright", "contact_email"]}),
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


class NewsroomAdminSite(admin.AdminSite):
    index_title = _("The desk")
    site_url = "/"
    empty_value_display = "–"

    def __init__(self, name="admin"):
        super().__init__(name)
        # Not by @admin.register: this module is imported to make the site, which
        # does not exist yet at that point.
        self.register(Publication, PublicationAdmin)

    def admin_view(self, view, cacheable=False):
        return under_policy(super().admin_view(view, cacheable))

    def login(self, request, extra_context=None):
        return under_policy(super().login)(request, extra_context)

    def get_urls(self):
        # /r/<type>/<id>/ tells every member of staff the address of any row, an
        # unpublished story's too. DeskAdmin links to the page itself instead.
        return [
            url
            for url in super().get_urls()
            if getattr(url, "name", None) != "view_on_site"
        ]

    def each_context(self, request):
        publication = Publication.objects.first() or Publication()
        return super().each_context(request) | {
            "site_title": publication.name,
            "site_header": publication.name,
            "may_write": request.user.has_perm("articles.add_article"),
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
        return super().index(
            request, {**self.dashboard(request), **(extra_context or {})}
        )

    def dashboard(self, request):
        """Return what is going on, as far as this user may know of it."""
        lists = {}
        user = request.user
        if user.has_perm("articles.view_article"):
            visible = self._registry[Article].get_queryset(request).for_cards()
            newest = visible.order_by("-updated_at", "-pk")
            lists["in_review"] = newest.filter(status=Article.Status.REVIEW)
            drafts = newest.filter(status=Article.Status.DRAFT)
            lists["my_drafts"] = drafts.by(user)
            if user.has_perm("articles.edit_all_articles"):
                scheduled = visible.scheduled().order_by("published_at")
                lists["scheduled"] = scheduled
            lists["published"] = Article.objects.live().newest_first().for_cards()
        if user.has_perm("blocks.view_advertiseblock"):
            lists["ads"] = AdvertiseBlock.objects.live().select_related("picture")
        return {name: list(rows[:NAMED]) for name, rows in lists.items()}


def _group(name, models):
    return {
        "name": name,
        "app_label": "menu",
        "app_url": "",
        "has_module_perms": True,
        "models": models,
    }
