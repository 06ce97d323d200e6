from django.db import migrations, models

import articles.fields
import articles.paths


class Migration(migrations.Migration):
    dependencies = [("articles", "0020_list_indexes")]

    operations = [
        migrations.AddField(
            model_name="article",
            name="address_key",
            field=articles.fields.AddressKeyField(),
        ),
        migrations.AlterField(
            model_name="article",
            name="path",
            field=models.CharField(
                blank=True,
                help_text=(
                    "Left empty, it becomes /year/month/headline/ at the first "
                    "publication."
                ),
                max_length=500,
                null=True,
                unique=True,
                validators=[articles.paths.validate_address],
                verbose_name="address",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                fields=["address_key"],
                condition=models.Q(address_key__isnull=False),
                name="article_address_key",
            ),
        ),
    ]
