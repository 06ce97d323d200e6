import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0014_unfinished_pictures'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReadCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(help_text='The moment the hour begins.')),
                ('count', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='RelatedStory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='readcount',
            name='article',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='read_counts', to='articles.article'),
        ),
        migrations.AddField(
            model_name='relatedstory',
            name='article',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='related_stories', to='articles.article'),
        ),
        migrations.AddField(
            model_name='relatedstory',
            name='story',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='picked_for', to='articles.article'),
        ),
        migrations.AddConstraint(
            model_name='readcount',
            constraint=models.UniqueConstraint(fields=('hour', 'article'), name='read_count_once'),
        ),
        migrations.AddConstraint(
            model_name='relatedstory',
            constraint=models.UniqueConstraint(fields=('article', 'story'), name='related_story_once'),
        ),
    ]
