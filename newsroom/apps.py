from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.db.models.signals import post_migrate


class NewsroomConfig(AppConfig):
    name = "newsroom"

    def ready(self):
        from newsroom.groups import make_groups

        post_migrate.connect(make_groups, dispatch_uid="newsroom.make_groups")


class AdminConfig(DjangoAdminConfig):
    default_site = "newsroom.admin.NewsroomAdminSite"
