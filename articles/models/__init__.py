from articles.models.articles import (
    Article,
    ArticleTag,
    Byline,
    Correction,
    RelatedStory,
)
from articles.models.desk import Note, Notice, PreviewLink, PublishCheck
from articles.models.imports import (
    Document,
    Import,
    ImportMade,
    ImportProblem,
    Origin,
)
from articles.models.pages import Page
from articles.models.pictures import Picture
from articles.models.reading import ReadCount
from articles.models.revisions import (
    Autosave,
    PageAutosave,
    PageRevision,
    Presence,
    Revision,
)
from articles.models.subjects import Section, Series, Tag, TagSynonym
from articles.models.translations import Translation

__all__ = [
    "Article",
    "ArticleTag",
    "Autosave",
    "Byline",
    "Correction",
    "Document",
    "Import",
    "ImportMade",
    "ImportProblem",
    "Note",
    "Notice",
    "Origin",
    "Page",
    "PageAutosave",
    "PageRevision",
    "Picture",
    "Presence",
    "PreviewLink",
    "PublishCheck",
    "ReadCount",
    "RelatedStory",
    "Revision",
    "Section",
    "Series",
    "Tag",
    "TagSynonym",
    "Translation",
]
