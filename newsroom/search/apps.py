from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "newsroom.search"
    label = "search"
    verbose_name = _("Search")

    def ready(self):
        from newsroom.search import receivers

        receivers.connect()
        once = {"sender": self, "dispatch_uid": "search"}
        pre_migrate.connect(receivers.before_migrating, **once)
        post_migrate.connect(receivers.after_migrating, **once)
