"""Forms of the desk that were sent in vain: what was typed is shown, to copy from.

An article's form keeps its text by itself (articles/admin/autosave.py). The others
are short; but half an hour's biography is not to be lost to a session that ended, or
to a login in another tab, which makes the form's token an old one.
"""

from django.contrib import admin
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.csrf import csrf_failure as stock_csrf_failure

from authors.desk import typed_in

SESSION_OVER = _(
    "Your session is over, so this was not saved. Log in in another tab, open the form "
    "again, and put in what you had sent:"
)
LOGGED_IN_ANEW = _(
    "This was not saved: you logged in anew since the form was opened. Open the form "
    "again, and put in what you had sent:"
)


def show(request, why):
    """Return a page with what a form of the desk sent, None where nothing was."""
    name = request.resolver_match.url_name if request.resolver_match else None
    if request.method != "POST" or not (name or "").endswith(("_add", "_change")):
        return None
    typed = typed_in(request)
    if not typed:
        return None
    title = _("This was not saved")
    context = admin.site.each_context(request)
    context |= {
        "title": title,
        "why": why,
        "typed": typed,
        "form_address": request.path,
    }
    response = TemplateResponse(request, "admin/gone.html", context, status=403)
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request, reason=""):
    """Answer for Django where a form's token is not today's. Nothing is sent again."""
    match = request.resolver_match
    response = None
    if match and "admin" in match.namespaces:
        is_known = admin.site.has_permission(request)
        response = show(request, LOGGED_IN_ANEW if is_known else SESSION_OVER)
    return response.render() if response else stock_csrf_failure(request, reason)
