from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('articles', '0002_article_desk'),
    ]

    operations = [
        migrations.AddField(
            model_name='correction',
            name='key',
            field=models.UUIDField(editable=False, null=True),
        ),
    ]
