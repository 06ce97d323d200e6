import uuid

from django.db import migrations


def fill(apps, schema_editor):
    corrections = apps.get_model("articles", "Correction").objects
    corrections = corrections.using(schema_editor.connection.alias)
    for correction in corrections.filter(key=None).iterator():
        correction.key = uuid.uuid4()
        correction.save(update_fields=["key"])


class Migration(migrations.Migration):
    dependencies = [
        ('articles', '0003_correction_key'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
