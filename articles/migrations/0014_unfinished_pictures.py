import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0013_desk_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='picture',
            name='picture_alt_or_decorative',
        ),
        migrations.AddField(
            model_name='picture',
            name='is_unfinished',
            field=models.BooleanField(default=True, editable=False),
        ),
        migrations.AddField(
            model_name='picture',
            name='likeness',
            field=models.CharField(blank=True, default='', editable=False, max_length=16),
        ),
        migrations.AddField(
            model_name='picture',
            name='uploaded_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='picture',
            name='uploaded_name',
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name='name of the file'),
        ),
        migrations.AddIndex(
            model_name='picture',
            index=models.Index(condition=models.Q(('is_unfinished', True)), fields=['id'], name='picture_unfinished'),
        ),
    ]
