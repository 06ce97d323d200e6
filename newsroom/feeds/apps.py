from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "newsroom.feeds"

    def ready(self):
        from articles import signals
        from newsroom.feeds import websub

        for signal in (
            signals.article_went_out,
            signals.changes_went_out,
            signals.article_retracted,
            signals.article_ended,
            signals.article_taken,
            signals.article_brought_back,
        ):
            signal.connect(websub.hear_of_article, dispatch_uid="newsroom.feeds.websub")
