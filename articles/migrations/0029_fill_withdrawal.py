from django.db import migrations
from django.db.models import F, Min, OuterRef, Subquery


def fill(apps, schema_editor):
    """Say when what was out was withdrawn, and retracted, as far as is known."""
    articles = apps.get_model("articles", "Article").objects.order_by()
    withdrawn = articles.filter(status="withdrawn", announced_at__isnull=False)
    withdrawn.update(withdrawn_at=F("updated_at"))
    rows = apps.get_model("articles", "Correction").objects.order_by()
    retractions = rows.filter(kind="retraction")
    first = retractions.filter(article=OuterRef("pk")).values("article")
    articles.filter(pk__in=retractions.values("article")).update(
        retracted_at=Subquery(first.values(first=Min("corrected_at")))
    )


class Migration(migrations.Migration):
    dependencies = [("articles", "0028_withdrawal")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
