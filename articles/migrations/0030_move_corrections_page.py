from django.db import migrations

LOG, POLICY = "/corrections/", "/corrections-policy/"


def move(apps, schema_editor):
    """Make room for the log of corrections, which stands where a page may have."""
    pages = apps.get_model("articles", "Page").objects
    articles = apps.get_model("articles", "Article").objects
    taken = pages.filter(path=POLICY) or articles.filter(path=POLICY)
    if not taken.exists():
        has_one = pages.filter(purpose="corrections").exists()
        purpose = {} if has_one else {"purpose": "corrections"}
        pages.filter(path=LOG).update(path=POLICY, **purpose)


class Migration(migrations.Migration):
    dependencies = [("articles", "0029_fill_withdrawal")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
