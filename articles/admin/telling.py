"""What the desk says after a save, of articles and of simple pages."""

from django.contrib import messages
from django.utils.translation import gettext as _

from articles.html import lost


def warn_of_loss(desk, request, article, form):
    """Say what of the body as it was sent an article cannot hold."""
    if "body" not in form.changed_data:
        return
    loss = lost(form.cleaned_data["body"], article.body)
    parts = [
        (_("words: %s"), " ".join(loss.words[:12])),
        (_("pictures: %s"), ", ".join(loss.pictures[:3])),
        (_("tables: %s"), loss.tables),
        (_("embeds: %s"), ", ".join(loss.embeds[:3])),
        (_("links: %s"), ", ".join(loss.links[:3])),
    ]
    if loss:
        told = "; ".join(str(text % what) for text, what in parts if what)
        desk.message_user(
            request,
            _("The text was saved without what an article cannot hold: %s") % told,
            messages.WARNING,
        )


def tell_merged(desk, request, form):
    """Say which fields came from somebody else, so that nobody wonders."""
    if form.merged:
        labels = ", ".join(str(form.fields[name].label) for name in form.merged)
        desk.message_user(
            request,
            _("Merged with what somebody else saved meanwhile: %s") % labels,
            messages.INFO,
        )
