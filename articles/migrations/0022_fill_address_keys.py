from django.db import migrations

from articles.paths import address_key


def fill(apps, schema_editor):
    """Give the addresses that may be spelled in several ways their key."""
    rows = apps.get_model("articles", "Article").objects.order_by()
    for pk, path in rows.filter(path__contains="%").values_list("pk", "path"):
        rows.filter(pk=pk).update(address_key=address_key(path))


class Migration(migrations.Migration):
    dependencies = [("articles", "0021_address_key")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
