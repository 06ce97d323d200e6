import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('articles', '0001_first'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='article',
            options={'ordering': ['-created_at', '-pk'], 'permissions': [('publish_article', 'Can publish and withdraw articles'), ('edit_all_articles', 'Can see and edit everybody’s articles'), ('empty_trash', 'Can delete articles in the trash for good')]},
        ),
        migrations.AddField(
            model_name='article',
            name='announced_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='article',
            name='base',
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='article',
            name='changes_due_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='publish the changes at'),
        ),
        migrations.AddField(
            model_name='article',
            name='copy_of',
            field=models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='working_copy', to='articles.article'),
        ),
        migrations.AddField(
            model_name='article',
            name='embargo_until',
            field=models.DateTimeField(blank=True, help_text='Nobody can publish it before this moment.', null=True, verbose_name='embargo until'),
        ),
        migrations.AddField(
            model_name='article',
            name='end_announced_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='article',
            name='has_unpublished_changes',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='article',
            name='planned_for',
            field=models.DateField(blank=True, help_text='A plan for the calendar. It publishes nothing.', null=True, verbose_name='planned for'),
        ),
        migrations.AddField(
            model_name='article',
            name='submitted_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='article',
            name='trashed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='article',
            name='trashed_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='article',
            name='trashed_from',
            field=models.CharField(blank=True, editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='article',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AlterField(
            model_name='article',
            name='status',
            field=models.CharField(choices=[('draft', 'draft'), ('review', 'in review'), ('published', 'published'), ('withdrawn', 'withdrawn'), ('working', 'working copy'), ('trashed', 'in the trash')], default='draft', max_length=10),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(condition=models.Q(('announced_at__isnull', True), ('status', 'published')), fields=['published_at'], name='article_unannounced'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(condition=models.Q(('end_announced_at__isnull', True), ('expires_at__isnull', False), ('status', 'published')), fields=['expires_at'], name='article_end_unannounced'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(condition=models.Q(('changes_due_at__isnull', False)), fields=['changes_due_at'], name='article_changes_due'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(condition=models.Q(('planned_for__isnull', False)), fields=['planned_for'], name='article_planned'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(condition=models.Q(('has_unpublished_changes', True)), fields=['-created_at', '-id'], name='article_changed'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('copy_of__isnull', False), ('status', 'working')), models.Q(models.Q(('status', 'working'), _negated=True), ('copy_of__isnull', True)), _connector='OR'), name='article_working_copy_has_original'),
        ),
    ]
