from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"

    def ready(self):
        from articles import notices, signals

        signals.article_went_out.connect(
            notices.hear_of_publication, dispatch_uid="articles.notices"
        )
        signals.changes_went_out.connect(
            notices.hear_of_changes, dispatch_uid="articles.notices"
        )
