from django.db import migrations, models

MOMENTS = ("published_at", "expires_at")


class Migration(migrations.Migration):
    dependencies = [("articles", "0017_menus_have_rows")]

    operations = [
        migrations.AddField(
            model_name=model,
            name=moment,
            field=models.DateTimeField(editable=False, null=True),
        )
        for model in ("articletag", "byline")
        for moment in MOMENTS
    ]
