from django.apps import AppConfig


class BlocksConfig(AppConfig):
    name = "newsroom.blocks"

    def ready(self):
        from articles.signals import chrome_found
        from newsroom.blocks.imported import make_blocks

        chrome_found.connect(make_blocks, dispatch_uid="newsroom.blocks.make_blocks")
