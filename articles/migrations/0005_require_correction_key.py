import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('articles', '0004_fill_correction_keys'),
    ]

    operations = [
        migrations.AlterField(
            model_name='correction',
            name='key',
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.UniqueConstraint(fields=('article', 'key'), name='correction_once_per_article'),
        ),
    ]
