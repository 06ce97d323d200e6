from articles.models.articles import Article, ArticleTag, Byline, Correction, Origin
from articles.models.pages import Page
from articles.models.pictures import Picture
from articles.models.subjects import Section, Series, Tag, TagSynonym

__all__ = [
    "Article",
    "ArticleTag",
    "Byline",
    "Correction",
    "Origin",
    "Page",
    "Picture",
    "Section",
    "Series",
    "Tag",
    "TagSynonym",
]
