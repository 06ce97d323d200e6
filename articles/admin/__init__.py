from articles.admin import (
    articles,
    authors_in_use,
    documents,
    imports,
    pages,
    pictures,
    publish_checks,
    records,
    subjects,
    tags,
)

__all__ = [
    "articles",
    "authors_in_use",
    "documents",
    "imports",
    "pages",
    "pictures",
    "publish_checks",
    "records",
    "subjects",
    "tags",
]
