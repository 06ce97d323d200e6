from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('articles', '0009_preview_link'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublishCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('check_name', models.CharField(max_length=40, unique=True, verbose_name='check')),
                ('level', models.CharField(choices=[('blocking', 'blocks publication'), ('advisory', 'advice'), ('off', 'not checked')], max_length=10)),
            ],
            options={
                'verbose_name': 'publishing check',
                'ordering': ['check_name'],
            },
        ),
    ]
