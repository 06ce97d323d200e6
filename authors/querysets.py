from django.db import models

from authors.shown import note


class AuthorQuerySet(models.QuerySet):
    def published(self):
        """Authors of live articles, by sort name, each with their `story_count`."""
        note("authors")
        bylines = self.model.bylines.rel.related_model.objects
        live = bylines.filter(author=models.OuterRef("pk")).live().order_by()
        # Who wrote and photographed a story stands in its byline twice.
        counted = models.Count("article", distinct=True)
        count = live.values("author").values(count=counted)
        return (
            self.filter(models.Exists(live))
            .annotate(story_count=models.Subquery(count))
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
