"""How often an article was read, beside its form."""

from articles.reads import reads_of


def urls(desk):
    return []


def context(desk, request, article):
    """Return {"reads": …} of an article that readers have seen, in one query."""
    if article is None or not article.published_at:
        return {"reads": None}
    return {"reads": reads_of(article)}
