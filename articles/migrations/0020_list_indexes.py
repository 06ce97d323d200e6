from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("articles", "0019_fill_tie_moments")]

    operations = [
        migrations.RemoveIndex(model_name="article", name="article_published"),
        migrations.RemoveIndex(model_name="article", name="article_section_published"),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                fields=["-published_at", "-id", "expires_at", "status"],
                condition=Q(status="published"),
                name="article_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                fields=["section", "-published_at", "-id", "expires_at", "status"],
                condition=Q(status="published"),
                name="article_section_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="articletag",
            index=models.Index(
                fields=["tag", "-published_at", "-content_object", "expires_at"],
                condition=Q(published_at__isnull=False),
                name="article_tag_listed",
            ),
        ),
        migrations.AddIndex(
            model_name="byline",
            index=models.Index(
                fields=["author", "-published_at", "-article", "expires_at"],
                condition=Q(published_at__isnull=False),
                name="byline_listed",
            ),
        ),
    ]
