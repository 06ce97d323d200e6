from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    articles = apps.get_model("articles", "Article").objects.filter(status="published")
    for name, article in (("ArticleTag", "content_object"), ("Byline", "article")):
        own = articles.filter(pk=OuterRef(article)).order_by()
        apps.get_model("articles", name).objects.order_by().update(
            published_at=Subquery(own.values("published_at")[:1]),
            expires_at=Subquery(own.values("expires_at")[:1]),
        )


class Migration(migrations.Migration):
    dependencies = [("articles", "0018_tie_moments")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
