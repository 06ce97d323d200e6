from django.db import migrations, models


class Migration(migrations.Migration):
    # The menus are rows of newsroom.MenuItem, which were filled from these flags.

    dependencies = [
        ("articles", "0016_page_desk"),
        ("newsroom", "0004_fill_menus"),
    ]

    operations = [
        migrations.RemoveField(model_name="page", name="is_in_header"),
        migrations.RemoveField(model_name="page", name="is_in_footer"),
        migrations.RemoveField(model_name="page", name="position"),
        migrations.RemoveField(model_name="section", name="is_in_menu"),
        migrations.AlterField(
            model_name="section",
            name="position",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="Place in lists of sections; small numbers come first.",
            ),
        ),
    ]
