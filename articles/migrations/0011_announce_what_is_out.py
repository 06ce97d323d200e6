from django.db import migrations
from django.utils import timezone


def announce(apps, schema_editor):
    """What readers saw before there was a clock needs no announcement."""
    now = timezone.now()
    articles = apps.get_model("articles", "Article").objects
    articles = articles.using(schema_editor.connection.alias)
    published = articles.filter(status="published")
    published.filter(published_at__lte=now).update(announced_at=now)
    published.filter(expires_at__lte=now).update(end_announced_at=now)


class Migration(migrations.Migration):
    dependencies = [
        ('articles', '0010_publish_check'),
    ]

    operations = [
        migrations.RunPython(announce, migrations.RunPython.noop),
    ]
