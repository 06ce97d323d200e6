"""When the index is made, and when it hears that something waits."""

from django.db import connections, transaction
from django.db.models.signals import post_delete, post_save

from articles import signals
from articles.models import Article, ArticleTag, Byline, Tag
from authors.models import Author
from authors.shown import are_many
from newsroom.search import indexing, schema

INDEXED = {Article, Byline, ArticleTag, Author, Tag}
# A save indexes what it wrote; of more, the rest is the clock's.
MOST = 20


def before_migrating(using, plan=(), **_):
    if plan:
        schema.take_triggers_away(using)


def after_migrating(using, **_):
    schema.install(using)


def saved(sender, using="default", **_):
    """After the commit, index what waits: once, however many rows were saved."""
    if sender not in INDEXED or are_many():
        return
    connection = connections[using]
    if any(function is index for _ids, function, *_rest in connection.run_on_commit):
        return
    transaction.on_commit(index, using=using, robust=True)


def written(sender, articles, **_):
    if not are_many() and len(articles) <= MOST:
        saved(Article)


def index():
    indexing.drain(most=MOST)


def connect():
    once = {"dispatch_uid": "search"}
    post_save.connect(saved, **once)
    post_delete.connect(saved, **once)
    signals.articles_changed.connect(written, **once)
