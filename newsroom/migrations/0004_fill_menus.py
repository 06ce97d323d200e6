from django.conf import settings
from django.db import migrations
from django.utils import translation
from django.utils.translation import gettext

# What every footer had until now.
LISTS = [("/archive/", "Archive"), ("/authors/", "Authors"), ("/tags/", "Subjects")]


def fill(apps, schema_editor):
    """Put into rows what the flags of sections and pages said, in its order."""
    Section = apps.get_model("articles", "Section")
    Page = apps.get_model("articles", "Page")
    MenuItem = apps.get_model("newsroom", "MenuItem")
    pages = Page.objects.order_by("position", "title")
    sections = Section.objects.filter(is_in_menu=True, parent=None)
    header = [
        *({"section": section} for section in sections.order_by("position", "name")),
        *({"page": page} for page in pages.filter(is_in_header=True)),
    ]
    footer = [{"page": page} for page in pages.filter(is_in_footer=True)]
    with translation.override(settings.LANGUAGE_CODE):
        footer += [
            {"address": address, "label": gettext(label)} for address, label in LISTS
        ]
    for menu, lines in (("header", header), ("footer", footer)):
        for position, line in enumerate(lines):
            MenuItem.objects.create(menu=menu, position=position, **line)


def empty(apps, schema_editor):
    """Put the flags where the rows stand. Own labels and links have no flag."""
    Section = apps.get_model("articles", "Section")
    Page = apps.get_model("articles", "Page")
    MenuItem = apps.get_model("newsroom", "MenuItem")
    Section.objects.update(is_in_menu=False)
    Page.objects.update(is_in_header=False, is_in_footer=False)
    for item in MenuItem.objects.order_by("position", "pk"):
        if item.section_id and item.menu == "header":
            Section.objects.filter(pk=item.section_id).update(
                is_in_menu=True, position=item.position
            )
        elif item.page_id:
            Page.objects.filter(pk=item.page_id).update(
                **{f"is_in_{item.menu}": True, "position": item.position}
            )
    MenuItem.objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("articles", "0016_page_desk"),
        ("newsroom", "0003_menu_item"),
    ]

    operations = [migrations.RunPython(fill, empty)]
