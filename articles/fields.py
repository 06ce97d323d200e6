from django.db.models import UUIDField
from django.urls import reverse_lazy
from django_prose_editor.fields import ProseEditorField, ProseEditorFormField
from django_prose_editor.widgets import ProseEditorWidget, prose_editor_js
from js_asset import ImportMap, Media, Script

from articles.html import clean
from articles.paths import address_key

# The modules name each other through the import map, so that a browser loads each
# under its hashed name, and never a new one beside an old one.
EDITOR = "articles/editor"
MODULES = {
    f"{EDITOR}/{name}": f"{EDITOR}/{name}.js"
    for name in (
        *("commands", "dialogs", "embeds", "galleries", "library", "paste"),
        *("pictures", "schema", "spelling", "toolbar", "uploads", "views", "words"),
    )
}
PACKAGE = {"django-prose-editor/editor": "django_prose_editor/editor.js"}


class BodyWidget(ProseEditorWidget):
    """A textarea that becomes the editor of article bodies.

    Without JavaScript it stays a textarea with HTML in it.
    """

    @property
    def media(self):
        icons = "django_prose_editor/material-icons.css"
        return Media(
            importmap=ImportMap({**PACKAGE, **MODULES}),
            css={"all": [icons, f"{EDITOR}/editor.css"]},
            js=[prose_editor_js, Script(f"{EDITOR}/body.js", type="module")],
        )

    def get_config(self):
        return {
            "pictures": {
                "list": reverse_lazy("admin:articles_picture_chooser"),
                "upload": reverse_lazy("admin:articles_picture_upload"),
                "thumbnail": reverse_lazy("admin:articles_picture_thumbnail", args=[0]),
            },
            "embeds": reverse_lazy("admin:articles_embed"),
        }


class BodyFormField(ProseEditorFormField):
    """Takes what the editor hands over; `widget` may be another textarea's."""

    def __init__(self, *args, widget=None, **kwargs):
        is_body = isinstance(widget, BodyWidget)
        super().__init__(*args, widget=widget if is_body else BodyWidget(), **kwargs)

    def spelled(self, value):
        """Return a body as authors.merging compares it: in its one spelling."""
        return clean(value or "")


class BodyField(ProseEditorField):
    """Rich text that is sanitised whichever way it comes in.

    A form, an importer, `Article.objects.create()` in a shell, `bulk_create` and
    `update()` all pass here before the database, so templates may trust what is
    stored. Cleaning what is clean changes nothing, so nobody's text is rewritten
    by a second save.
    """

    def __init__(self, *args, **kwargs):
        # The package's own checks ask for extensions; ours are all in schema.js.
        super().__init__(
            *args, extensions={"Body": True}, sanitize=clean, preset="body", **kwargs
        )

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": BodyFormField, **kwargs})

    def clean(self, value, instance):
        return clean(super().clean(value, instance))

    def pre_save(self, instance, add):
        body = clean(getattr(instance, self.attname))
        setattr(instance, self.attname, body)
        return body

    def get_db_prep_save(self, value, connection):
        if isinstance(value, str):
            value = clean(value)
        return super().get_db_prep_save(value, connection)


class AddressKeyField(UUIDField):
    """What all spellings of a row's `path` have in common (articles.paths.address_key).

    Written whenever the row is, also by `bulk_create`; whoever writes some fields of a
    row names it beside the path.
    """

    def __init__(self, **options):
        super().__init__(**{"null": True, "editable": False, **options})

    def pre_save(self, row, add):
        row.address_key = address_key(row.path)
        return row.address_key
