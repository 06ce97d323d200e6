
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0012_approval'),
        ('authors', '0001_first'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='article',
            name='article_created',
        ),
        migrations.RemoveIndex(
            model_name='article',
            name='article_language',
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['-created_at', '-id', 'status'], name='article_created'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['language', 'status'], name='article_language'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['section', 'status', '-created_at', '-id'], name='article_section_desk'),
        ),
    ]
