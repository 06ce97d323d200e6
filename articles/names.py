"""How names are printed one after another."""

from django.utils.translation import gettext as _


def join_names(names):
    """Return "A", "A and B" or "A, B and C"."""
    names = [str(name) for name in names]
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {
        "names": ", ".join(names[:-1]),
        "last": names[-1],
    }
