
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0011_announce_what_is_out'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='article',
            name='approved_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='article',
            name='approved_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='revision',
            name='event',
            field=models.CharField(choices=[('saved', 'Saved'), ('before', 'As it was before'), ('submitted', 'Submitted for review'), ('sent_back', 'Sent back'), ('approved', 'Approved'), ('published', 'Published'), ('scheduled', 'Scheduled'), ('withdrawn', 'Withdrawn'), ('restored', 'Restored'), ('discarded', 'Changes discarded'), ('bulk', 'Changed from the list'), ('imported', 'Imported')], default='saved', max_length=10),
        ),
    ]
