from django.db import models

from authors.shown import note


class AuthorQuerySet(models.QuerySet):
    def published(self):
        """Authors of live articles, by sort name, each with their `story_count`."""
        note("authors")
        live = self.model.articles.rel.related_model.objects.live()
        return (
            self.filter(articles__in=live)
            .annotate(story_count=models.Count("articles", distinct=True))
            .order_by("sort_name", "pk")
        )

    def named(self, name):
        """Authors whose name, or one of whose other spellings, is this one."""
        return self.filter(
            models.Q(name__iexact=name)
            | models.Exists(
                self.model.aliases.rel.related_model.objects.filter(
                    author=models.OuterRef("pk"), name__iexact=name
                )
            )
        )
