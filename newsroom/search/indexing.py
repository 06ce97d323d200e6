"""Keeping the index true: articles that were noted are read and written into it.

`change → trigger → waits → after the commit, or by the clock: read, fold, write`. What
was written and not indexed yet is found by its old words for a moment; whether readers
may see it is never a moment late, because the trigger keeps that in the entry.
"""

import time
import zlib
from collections import defaultdict
from hashlib import blake2b
from itertools import accumulate, compress, zip_longest
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple

from django.db import connection, transaction

from articles.html import text_of
from articles.models import Article, ArticleTag, Byline
from newsroom.search.marks import of_article
from newsroom.search.schema import look_at_all
from newsroom.search.words import spaced

AT_ONCE = 100
# Of one text, in characters: PostgreSQL's tsvector ends at a megabyte.
LONGEST_TEXT = 300_000
# While PostgreSQL's index is made anew: one reads and folds while the database writes
# for the other. SQLite has one writer, in our own process.
THREADS = 2
# Of a PostgreSQL's tsvector (its documentation, 12.11): places of words; and more
# different words than a story has, whose size is looked at.
MANY = 4000
NUMBERS = [str(number) for number in range(1, 16384)]
VOWELS = str.maketrans("", "", "aeiouy")


def waiting():
    """Say how many articles wait to be indexed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT article_id) FROM search_change")
        return cursor.fetchone()[0]


def is_waiting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM search_change)")
        return bool(cursor.fetchone()[0])


def drain(most=None, seconds=None):
    """Index the articles that wait, in transactions of AT_ONCE; return how many.

    No more than `most`, and for about so many seconds. Any number may drain at once.
    """
    began, done, known = time.monotonic(), 0, set()
    # Asked apart: SQLite's transactions keep others from writing.
    if not is_waiting():
        return 0
    while most is None or done < most:
        count = _drain_some(min(AT_ONCE, most - done) if most else AT_ONCE, known)
        done += count
        if not count or (seconds is not None and time.monotonic() - began > seconds):
            break
    sort_in()
    return done


@transaction.atomic
def _drain_some(most, known):
    with connection.cursor() as cursor:
        # The latest first: an editor's save is not behind an import. Who drains beside
        # us takes other rows; and of an article that waits twice, `read` has the lock.
        is_shared = connection.vendor == "postgresql"
        cursor.execute(
            "SELECT id, article_id, is_anew FROM search_change ORDER BY id DESC "
            f"LIMIT %s {'FOR UPDATE SKIP LOCKED' if is_shared else ''}",
            [most],
        )
        rows = cursor.fetchall()
        if not rows:
            return 0
        keys = sorted({article for _id, article, _is_anew in rows})
        anew = {article for _id, article, is_anew in rows if is_anew}
        left = _write(cursor, keys, known, anew)
        done = [number for number, article, _is_anew in rows if article not in left]
        if done:
            marks = ", ".join(["%s"] * len(done))
            cursor.execute(f"DELETE FROM search_change WHERE id IN ({marks})", done)
        return len(done)


def rebuild():
    """Index every article anew, and yield (how many are done, of how many).

    Readers go on finding by what is there, which is replaced by the batch. Who is
    killed has left articles waiting, which the clock or the next run does.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        look_at_all(cursor, is_anew=True)
    total, done = waiting(), 0
    # Inside a transaction, nobody else would see what waits.
    is_alone = connection.vendor == "sqlite" or connection.in_atomic_block
    for count in _drain_alone() if is_alone else _drain_together():
        done += count
        yield min(done, total), total
    tidy()


def _drain_alone():
    known = set()
    while count := _drain_some(5 * AT_ONCE, known):
        yield count


def _drain_together():
    """Drain in THREADS; yield how many each batch had. Raises what they raised."""
    said = SimpleQueue()

    def work():
        try:
            for count in _drain_alone():
                said.put(count)
            said.put(None)
        except Exception as error:  # noqa: BLE001  it is raised by who waits
            said.put(error)
        finally:
            connection.close()

    # Daemons, so that Ctrl-C ends them: what they have not committed waits again.
    for _number in range(THREADS):
        Thread(target=work, daemon=True).start()
    at_work = THREADS
    while at_work:
        told = said.get()
        if isinstance(told, Exception):
            raise told
        if told is None:
            at_work -= 1
        else:
            yield told


def sort_in():
    """Let nothing wait in PostgreSQL's lists of what is not sorted into the index yet.

    Each question would be read through them, 4 MB long.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for name in ("search_entry_headline", "search_entry_words"):
                cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [name])


def tidy():
    """Put the parts of the index together, and give the planner numbers."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for index in ("search_index", "search_headline"):
                cursor.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")
        else:
            cursor.execute("ANALYZE search_entry")
            cursor.execute("ANALYZE search_word")
    sort_in()


# Reading


class Entry(NamedTuple):
    """What the index has of an article."""

    place: tuple  # (when readers see it, when no longer, section's key)
    marks: list
    words: list  # of headline; of standfirst, names and tags; of the body


def read(keys):
    """Return {key: Entry} of articles.

    Locked, so that nobody publishes one before its entry is there. What somebody else
    has locked is left out, and what is gone or a working copy.
    """
    articles = Article.objects.order_by("pk").filter(pk__in=keys)
    articles = articles.exclude(status=Article.Status.WORKING)
    if connection.features.has_select_for_update:
        articles = articles.select_for_update(skip_locked=True, no_key=True)
    fields = "pk", "status", "published_at", "expires_at", "section_id"
    rows = list(articles.values_list(*fields, "headline", "standfirst", "body"))
    names, authors, tags = defaultdict(list), defaultdict(list), defaultdict(list)
    bylines = Byline.objects.filter(article__in=keys).order_by()
    told = ("article", "author", "author__name", "credit")
    for article, author, name, credit in bylines.values_list(*told):
        names[article] += {name, credit}
        authors[article].append(author)
    taggings = ArticleTag.objects.filter(content_object__in=keys).order_by()
    told = ("content_object", "tag", "tag__name")
    for article, tag, name in taggings.values_list(*told):
        names[article].append(name)
        tags[article].append(tag)
    found = {}
    for key, status, published_at, expires_at, section, *texts in rows:
        is_out = status == Article.Status.PUBLISHED
        headline, standfirst, body = texts
        beside = "\n".join([standfirst, *sorted(names[key])])
        found[key] = Entry(
            (published_at if is_out else None, expires_at, section),
            sorted(of_article(section, published_at, authors[key], tags[key])),
            [*map(_words, (headline, beside, text_of(body)))],
        )
    return found


def _words(text):
    return spaced(text[:LONGEST_TEXT])


# Writing


def _write(cursor, keys, known, anew):
    """Write articles into the index; return the keys of those somebody has locked.

    `anew` are the keys of those that are written also if nothing has changed.
    """
    found = read(keys)
    missing = set(keys) - found.keys()
    if missing and connection.vendor == "postgresql":
        locked = Article.objects.filter(pk__in=missing).order_by()
        locked = locked.exclude(status=Article.Status.WORKING)
        left = set(locked.values_list("pk", flat=True))
    else:
        left = set()
    write = _write_sqlite if connection.vendor == "sqlite" else _write_postgresql
    changed = write(cursor, found, missing - left, anew)
    _learn(cursor, changed, known)
    return left


def _write_sqlite(cursor, found, gone, anew):
    keys = [*found, *gone]
    marks = ", ".join(["%s"] * len(keys))
    cursor.execute(
        f"SELECT article_id, packed FROM search_text WHERE article_id IN ({marks})",
        keys,
    )
    before = dict(cursor.fetchall())
    packed = {key: _pack(entry.words) for key, entry in found.items()}
    changed = {k for k in keys if k in anew or before.get(k) != packed.get(k)}
    old = [(key, *_unpack(before[key])) for key in changed if key in before]
    new = [(key, *found[key].words) for key in sorted(changed & found.keys())]
    for verb, rows in (("delete", old), (None, new)):
        _tell_sqlite(cursor, verb, rows)
    adapt = connection.ops.adapt_datetimefield_value
    cursor.executemany(
        "INSERT OR REPLACE INTO search_entry VALUES (%s, %s, %s, %s)",
        [
            (key, adapt(begins), adapt(ends), section)
            for key, ((begins, ends, section), _marks, _words) in found.items()
        ],
    )
    cursor.executemany(
        "INSERT OR REPLACE INTO search_text VALUES (%s, %s)",
        [(key, packed[key]) for key in sorted(changed & found.keys())],
    )
    for table in ("search_entry", "search_text"):
        cursor.executemany(
            f"DELETE FROM {table} WHERE article_id = %s", [(key,) for key in gone]
        )
    return [words for _key, *words in new]


def _tell_sqlite(cursor, verb, rows):
    """Let both indexes take rows of (key, headline, names, body), or forget them.

    By hand, because they hold no text: what is to be forgotten must be said exactly.
    """
    for index, columns in (
        ("search_index", ("headline", "names", "body")),
        ("search_headline", ("headline",)),
    ):
        names = ("rowid", *columns)
        values = [row[: len(names)] for row in rows]
        if verb:
            names, values = (index, *names), [(verb, *row) for row in values]
        marks = ", ".join(["%s"] * len(names))
        cursor.executemany(
            f"INSERT INTO {index} ({', '.join(names)}) VALUES ({marks})", values
        )


def _pack(words):
    return zlib.compress("\n".join(words).encode(), 1)


def _unpack(packed):
    return zlib.decompress(packed).decode().split("\n")


def _write_postgresql(cursor, found, gone, anew):
    keys = list(found)
    cursor.execute(
        "SELECT article_id, digest FROM search_entry WHERE article_id = ANY(%s)", [keys]
    )
    before = {key: bytes(digest) for key, digest in cursor.fetchall()}
    digests = {
        key: blake2b("\n".join([*words, *marks]).encode(), digest_size=16).digest()
        for key, (_place, marks, words) in found.items()
    }
    changed = [k for k in keys if k in anew or before.get(k) != digests[k]]
    # Of an entry that is there, the moments are the trigger's alone: what was read
    # above may be older than what it wrote.
    cursor.executemany(
        "INSERT INTO search_entry VALUES (%s, %s, %s, %s, %s, %s, %s) "
        "ON CONFLICT (article_id) DO UPDATE SET digest = excluded.digest, "
        "headline = excluded.headline, words = excluded.words",
        [
            (
                *(key, *place, digests[key]),
                *(_vector(words[:1], marks), _vector(words, marks)),
            )
            for key in changed
            for place, marks, words in [found[key]]
        ],
    )
    cursor.execute("DELETE FROM search_entry WHERE article_id = ANY(%s)", [list(gone)])
    return [found[key].words for key in changed]


def _vector(texts, marks):
    """Return up to three texts of words, and marks, as a tsvector is written (8.11.1).

    Not by to_tsvector, which takes twice as long to look for words where we know them,
    and takes some of ours for two. The last text weighs least; PostgreSQL itself drops
    what is too much.
    """
    places, first = defaultdict(list), 0
    for text, weight in zip(texts, ("A", "B", ""), strict=False):
        words = text.split()
        numbers = NUMBERS[first : first + len(words)]
        # Behind the last number that it knows, words stand nowhere in particular.
        for word, number in zip_longest(words, numbers, fillvalue=NUMBERS[-1]):
            places[word].append(number + weight)
        first += len(words)
    if len(places) > MANY:
        # Beyond a megabyte it would be refused.
        sizes = accumulate(
            4 * len(word) + 2 * len(at) + 8 for word, at in places.items()
        )
        places = dict(compress(places.items(), (size < 1_000_000 for size in sizes)))
    told = [f"{word}:{','.join(at)}" for word, at in places.items()]
    return " ".join([*marks, *told])


# Words for questions with a slip in them


def skeleton(word):
    """Return what is left of a word when its vowels and doubled letters are gone."""
    bare = word[:1] + word[1:].translate(VOWELS)
    return "".join(
        sign for number, sign in enumerate(bare) if sign != bare[number - 1 : number]
    )


def _learn(cursor, texts, known):
    """Note the words of texts that were not met before; `known` are left out."""
    met = set()
    for text in texts:
        met.update(*map(str.split, text))
    new = sorted(w for w in met - known if 3 < len(w) < 30 and w.isalpha())
    known.update(met)
    for start in range(0, len(new), 500):
        some = new[start : start + 500]
        marks = ", ".join(["(%s, %s)"] * len(some))
        cursor.execute(
            f"INSERT INTO search_word (word, skeleton) VALUES {marks} "
            "ON CONFLICT DO NOTHING",
            [value for word in some for value in (word, skeleton(word))],
        )
