from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "newsroom.feeds"

    def ready(self):
        from articles import signals
        from newsroom.feeds import websub

        signals.article_went_out.connect(
            websub.hear_of_article, dispatch_uid="newsroom.feeds.websub"
        )
        signals.changes_went_out.connect(
            websub.hear_of_article, dispatch_uid="newsroom.feeds.websub"
        )
