# The moment at which a line of the journal becomes due, and its index.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pagecache', '0001_first'),
    ]

    operations = [
        migrations.AddField(
            model_name='purge',
            name='at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='purge',
            index=models.Index(condition=models.Q(('at__isnull', False)), fields=['at'], name='purge_ahead'),
        ),
    ]
