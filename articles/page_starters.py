"""What pages that every publication should have begin with, for editors to rewrite."""

from django.utils.translation import gettext as _

from articles.models import Page

Purpose = Page.Purpose


def starter(purpose):
    """Return the fields that a new page of a purpose begins with; {} for no purpose."""
    make = {
        Purpose.MASTHEAD: _masthead,
        Purpose.ETHICS: _ethics,
        Purpose.CORRECTIONS: _corrections,
    }.get(purpose)
    return {"purpose": purpose, **make()} if make else {}


def missing():
    """Return [(purpose, what it is called)] of which there is no page yet."""
    there = set(Page.objects.exclude(purpose="").values_list("purpose", flat=True))
    return [(value, label) for value, label in Purpose.choices if value not in there]


def _body(*parts):
    return "".join(f"<{name}>{text}</{name}>" for name, text in parts)


def _masthead():
    return {
        "title": _("Masthead"),
        "path": "/masthead/",
        "standfirst": _("Who makes this publication, and who owns it."),
        "body": _body(
            ("h2", _("Editors")),
            ("p", _("Name each, with what they answer for and how to reach them.")),
            ("h2", _("Owners and money")),
            ("p", _("Say who owns the publication, and what it lives on.")),
        ),
    }


def _ethics():
    return {
        "title": _("Ethics"),
        "path": "/ethics/",
        "standfirst": _("What we hold ourselves to."),
        "body": _body(
            ("h2", _("Independence")),
            ("p", _("Say who may see a story early, and what your writers may take.")),
            ("h2", _("Sources")),
            ("p", _("Say when somebody is not named, and who decides it.")),
            ("h2", _("Machines")),
            ("p", _("Say what machines do for you, and what they never do.")),
        ),
    }


def _corrections():
    return {
        "title": _("Corrections policy"),
        "path": "/corrections-policy/",
        "standfirst": _("We get things wrong. When we do, this is what happens."),
        "body": _body(
            ("h2", _("Correction")),
            (
                "p",
                _("What was wrong is put right; the story says what it said before."),
            ),
            ("h2", _("Clarification")),
            ("p", _("What could be misunderstood is made plainer, and says so.")),
            ("h2", _("Retraction")),
            (
                "p",
                _(
                    "What should not have been published stays where it was read, with "
                    "a notice above it."
                ),
            ),
            ("h2", _("Tell us")),
            ("p", _("Below each story is a form to report an error.")),
        ),
    }
