import uuid

from django.db import models

from articles.models.articles import Article


class Translation(models.Model):
    """An article's place among its translations: those of a group say the same.

    None of them is the first: whoever reads one is led to all others.
    """

    article = models.OneToOneField(Article, models.CASCADE, related_name="translation")
    group = models.UUIDField(default=uuid.uuid4, db_index=True)

    def __str__(self):
        return f"{self.article}, {self.article.language}"
