"""The tables of the index, and the triggers that tell it of every change.

They are no models: one is a table of SQLite's FTS5, one has columns that only
PostgreSQL knows, and all of it can be made again from the articles. Triggers, because
articles are written in many ways, by forms, imports, merges, `update()` and restored
backups: what none of them can forget needs no list of them. A trigger does as little
as it can: it writes down which article has to be looked at again, and keeps the moments
between which readers may see it; both in the transaction that wrote.

SQLite makes a table anew to change it, and loses its triggers with the old one; and it
renames no table that a trigger of another one names. So they are taken away before
migrating, and all articles looked at again after it.
"""

import re

from django.db import connections, transaction

# Raised when anything here changes: an index of another version is made anew.
VERSION = 2
ARTICLES, BYLINES, TAGGINGS, AUTHORS, TAGS = (
    *("articles_article", "articles_byline", "articles_articletag"),
    *("authors_author", "articles_tag"),
)
TABLES = [
    *("search_index", "search_headline", "search_entry", "search_change"),
    *("search_text", "search_word", "search_version"),
]

# What both have: the words that were ever met, for questions with a slip in them, by
# themselves and by what is left without vowels. No index of moments: PostgreSQL would
# find a year's articles with it, and read the words of each.
COMMON = """
CREATE TABLE search_version (version integer NOT NULL);
CREATE TABLE search_word (word varchar(60) PRIMARY KEY, skeleton varchar(60) NOT NULL);
CREATE INDEX search_word_skeleton ON search_word (skeleton);
"""
# `packed`: the words that stand in the two indexes, which hold no text themselves and
# forget a row only if they are told what they have of it. Apart from the entries, so
# that these are short: one is looked at for each match.
SQLITE = """
CREATE TABLE search_entry (
  article_id integer PRIMARY KEY, published_at datetime, expires_at datetime,
  section_id integer);
CREATE TABLE search_text (article_id integer PRIMARY KEY, packed blob NOT NULL);
CREATE TABLE search_change (
  id integer PRIMARY KEY, article_id integer NOT NULL UNIQUE,
  is_anew boolean NOT NULL DEFAULT 0);
CREATE VIRTUAL TABLE search_index USING fts5(
  headline, names, body, content='', tokenize='ascii');
CREATE VIRTUAL TABLE search_headline USING fts5(
  headline, content='', tokenize='ascii', prefix='2 3');
"""
POSTGRESQL = """
CREATE TABLE search_entry (
  article_id bigint PRIMARY KEY, published_at timestamptz, expires_at timestamptz,
  section_id bigint, digest bytea NOT NULL,
  headline tsvector NOT NULL, words tsvector NOT NULL);
CREATE TABLE search_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, article_id bigint NOT NULL,
  is_anew boolean NOT NULL DEFAULT false);
CREATE INDEX search_entry_headline ON search_entry USING gin (headline);
CREATE INDEX search_entry_words ON search_entry USING gin (words);
"""

# Triggers: {name: (event, table, what changed, what is done)}. In SQLite, where one
# writes at a time, an article waits once. PostgreSQL's drain may be looking at it this
# very moment: a row that it is about to delete says nothing of a later change.
CHANGES = "search_change"
NOTE = f"INSERT INTO {CHANGES} (article_id) "
FOR_SQLITE = re.compile(r"\[(.*?)\]")
MOMENTS = """UPDATE search_entry SET
  published_at = CASE WHEN NEW.status = 'published' THEN NEW.published_at END,
  expires_at = NEW.expires_at, section_id = NEW.section_id
  WHERE article_id = NEW.id"""
GONE = "UPDATE search_entry SET published_at = NULL WHERE article_id = OLD.id"


# What no row's trigger hears of.
ON_TRUNCATE = f"""
CREATE OR REPLACE FUNCTION search_articles_emptied() RETURNS trigger LANGUAGE plpgsql
  AS $$BEGIN DELETE FROM search_entry; RETURN NULL; END$$;
CREATE OR REPLACE TRIGGER search_articles_emptied AFTER TRUNCATE ON {ARTICLES}
  FOR EACH STATEMENT EXECUTE FUNCTION search_articles_emptied()"""


def _note(row, column):
    key = f"{row}.{column}"
    return f"{NOTE}SELECT {key} [WHERE {key} NOT IN (SELECT article_id FROM {CHANGES})]"


def _note_all(ties, column, name):
    return (
        f"{NOTE}SELECT DISTINCT {column} FROM {ties} WHERE {name} = NEW.id "
        f"[AND {column} NOT IN (SELECT article_id FROM {CHANGES})]"
    )


TRIGGERS = {
    "search_article_made": (
        *("INSERT", ARTICLES, "NEW.status <> 'working'"),
        [_note("NEW", "id")],
    ),
    # A restore deletes a row and writes one with its key, in one transaction: the entry
    # is there still, and was told that the row is gone.
    "search_article_again": (
        *("INSERT", ARTICLES, "NEW.status <> 'working'"),
        [MOMENTS],
    ),
    "search_article_written": (
        *("UPDATE", ARTICLES),
        "NEW.status <> 'working' AND (OLD.headline <> NEW.headline "
        "OR OLD.standfirst <> NEW.standfirst OR OLD.body <> NEW.body)",
        [_note("NEW", "id")],
    ),
    "search_article_moved": (
        *("UPDATE", ARTICLES),
        "OLD.status <> NEW.status OR OLD.published_at IS {not} NEW.published_at "
        "OR OLD.expires_at IS {not} NEW.expires_at "
        "OR OLD.section_id IS {not} NEW.section_id",
        [MOMENTS],
    ),
    # PostgreSQL's index has marks of both.
    "search_article_marked": (
        *("UPDATE", ARTICLES),
        "NEW.status <> 'working' AND (OLD.section_id IS {not} NEW.section_id "
        "OR OLD.published_at IS {not} NEW.published_at)",
        [_note("NEW", "id")],
    ),
    "search_article_gone": (
        *("DELETE", ARTICLES, "OLD.status <> 'working'"),
        [GONE, _note("OLD", "id")],
    ),
    "search_author_renamed": (
        *("UPDATE", AUTHORS, "OLD.name <> NEW.name"),
        [_note_all(BYLINES, "article_id", "author_id")],
    ),
    "search_tag_renamed": (
        *("UPDATE", TAGS, "OLD.name <> NEW.name"),
        [_note_all(TAGGINGS, "content_object_id", "tag_id")],
    ),
}
for _ties, _column, _what in (
    (BYLINES, "article_id", "author_id"),
    (TAGGINGS, "content_object_id", "tag_id"),
):
    _written = f"OLD.{_what} <> NEW.{_what}"
    if _ties == BYLINES:
        _written += " OR OLD.credit <> NEW.credit"
    TRIGGERS |= {
        f"{_ties.replace('articles_', 'search_')}_made": (
            *("INSERT", _ties, ""),
            [_note("NEW", _column)],
        ),
        f"{_ties.replace('articles_', 'search_')}_written": (
            *("UPDATE", _ties, _written),
            [_note("NEW", _column)],
        ),
        f"{_ties.replace('articles_', 'search_')}_gone": (
            *("DELETE", _ties, ""),
            [_note("OLD", _column)],
        ),
    }


def install(using="default"):
    """Make what is missing; where something was, all articles wait to be indexed."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        known = set(connection.introspection.table_names(cursor))
        if not {ARTICLES, BYLINES, TAGGINGS, AUTHORS, TAGS} <= known:
            return
        is_whole = _version(cursor, known) == VERSION
        if not is_whole:
            _drop(cursor, known)
            own = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
            for statement in (own + COMMON).split(";\n"):
                if statement.strip():
                    cursor.execute(statement)
            cursor.execute("INSERT INTO search_version VALUES (%s)", [VERSION])
        missing = TRIGGERS.keys() - _triggers(connection, cursor)
        for name in sorted(missing):
            for statement in _trigger(connection.vendor, name):
                cursor.execute(statement)
        if missing and connection.vendor == "postgresql":
            cursor.execute(ON_TRUNCATE)
        if missing or not is_whole:
            look_at_all(cursor)


def look_at_all(cursor, is_anew=False):
    """Let every article wait to be indexed, and those that are gone to be forgotten.

    `is_anew`: also what has not changed since it was written.
    """
    value = "TRUE" if is_anew else "FALSE"
    cursor.execute("DELETE FROM search_change")
    cursor.execute(
        "INSERT INTO search_change (article_id, is_anew) "
        f"SELECT id, {value} FROM {ARTICLES} WHERE status <> 'working' "
        f"UNION SELECT article_id, {value} FROM search_entry ORDER BY 1"
    )


def renew(using="default"):
    """Make the tables anew, empty, and let all articles wait.

    In one transaction: who searches meanwhile finds the old tables or the new ones,
    never none. The triggers go before it, so that no writer waits for a table of ours
    while we wait for one of theirs.
    """
    take_triggers_away(using)
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        _drop(cursor, set(connection.introspection.table_names(cursor)))
        install(using)


def take_triggers_away(using="default"):
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for name in sorted(TRIGGERS.keys() & _triggers(connection, cursor)):
            table = f" ON {TRIGGERS[name][1]}" * (connection.vendor == "postgresql")
            cursor.execute(f"DROP TRIGGER {name}{table}")


def _version(cursor, known):
    if "search_version" not in known:
        return None
    cursor.execute("SELECT version FROM search_version")
    row = cursor.fetchone()
    return row and row[0]


def _drop(cursor, known):
    for table in TABLES:
        if table in known:
            cursor.execute(f"DROP TABLE {table}")


def _triggers(connection, cursor):
    if connection.vendor == "sqlite":
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    else:
        cursor.execute(
            "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE NOT tgisinternal AND pg_table_is_visible(pg_class.oid)"
        )
    return {name for (name,) in cursor.fetchall()}


def _trigger(vendor, name):
    event, table, condition, verbs = TRIGGERS[name]
    is_sqlite = vendor == "sqlite"
    condition = condition.replace("{not}", "NOT" if is_sqlite else "DISTINCT FROM")
    when = f"WHEN ({condition})" if condition else ""
    body = FOR_SQLITE.sub(r"\1" if is_sqlite else "", "; ".join(verbs))
    if is_sqlite:
        return [
            f"CREATE TRIGGER {name} AFTER {event} ON {table} {when} BEGIN {body}; END"
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN {body}; RETURN NULL; END$$",
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when} "
        f"EXECUTE FUNCTION {name}()",
    ]
