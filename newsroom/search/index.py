"""Asking the index: one interface, two databases.

Every answer is made of the entries of articles that readers may see at this moment,
and a database stops looking when it has enough: a word that stands in half of all
articles costs what a rare one does.
"""

import time
from dataclasses import dataclass, field, replace

from django.db import OperationalError, connections, transaction

from articles.models import Article, ArticleTag, Byline
from newsroom.search.marks import of_narrowed
from newsroom.search.words import Part, Question

# Of so many matches, the newest by their key, each has its rank worked out. What is
# left follows as the newest first.
RANKED = 400
# Results are counted as far as this: to count a word of every story takes 0.1 s.
COUNTED = 1000
# Seconds for the answer to a question of words that stand everywhere.
PATIENCE = 0.6
CANCELED = "57014"  # of PostgreSQL (its documentation, appendix A)
# So many articles of an author or a tag are looked for by their keys.
FEW = 1000


@dataclass(frozen=True)
class Narrowed:
    """What a reader narrowed the search to; keys of rows, and moments."""

    sections: tuple = ()
    author: int | None = None
    tag: int | None = None
    begins: object = None
    ends: object = None  # the moment before which it came out


@dataclass
class Where:
    """Conditions of a query, and their parameters."""

    conditions: list = field(default_factory=list)
    values: list = field(default_factory=list)

    def add(self, condition, *values):
        self.conditions.append(condition)
        self.values += values
        return self

    def __str__(self):
        return " AND ".join(self.conditions)


class TooLong(Exception):
    """A question that cannot be answered in PATIENCE."""


class Index:
    """The index as this database has it. Keys are those of articles.

    Made for the questions of one request: all of them together have PATIENCE, and raise
    TooLong after it.
    """

    # A table's name and its column that is asked, for the whole text and headlines.
    WHOLE, HEADLINE = "search_index", "search_headline"

    def __init__(self, alias):
        self.connection = connections[alias]
        self.alias = alias
        self.ends_at = time.monotonic() + PATIENCE

    # The interface.

    def matches(self, question, narrowed, at, *, limit, headline=False, is_ranked=True):
        """Return [(key, rank)] of the newest matches; a smaller rank is a better one.

        Of those in headlines, [(key, when it came out)], in whatever order; without
        ranks, the rank is 0.
        """
        raise NotImplementedError

    def later(self, question, narrowed, at, *, below, without, skip, limit):
        """Return keys of matches that are smaller than `below`, the largest first."""
        raise NotImplementedError

    def count(self, question, narrowed, at, *, most):
        """Return how many match, no more than `most`."""
        sql, values = self.matching(question, narrowed, at)
        sql = f"SELECT count(*) FROM (SELECT 1 {sql} LIMIT %s) AS found"
        return self.fetch(sql, [*values, most])[0][0]

    def known(self, words, skeletons):
        """Return those of some words, and all with such skeletons, that were met."""
        sql = f"SELECT word FROM search_word WHERE word IN ({_marks(words)})"
        sql += f" OR skeleton IN ({_marks(skeletons)}) LIMIT 500"
        return [word for (word,) in self.fetch(sql, [*words, *skeletons])]

    # How it is done.

    def fetch(self, sql, values):
        """Return the rows of a query. Raises TooLong."""
        raise NotImplementedError

    def moment(self, at):
        return self.connection.ops.adapt_datetimefield_value(at)

    def matching(self, question, narrowed, at, headline=False):
        """Return ("FROM … WHERE …", values) of what readers may see at a moment."""
        where = Where()
        self.match(where, question, narrowed, headline)
        at = self.moment(at)
        where.add("e.published_at <= %s", at)
        where.add("(e.expires_at IS NULL OR e.expires_at > %s)", at)
        if narrowed.begins:
            where.add("e.published_at >= %s", self.moment(narrowed.begins))
        if narrowed.ends:
            where.add("e.published_at < %s", self.moment(narrowed.ends))
        if narrowed.sections:
            marks = _marks(narrowed.sections)
            where.add(f"e.section_id IN ({marks})", *narrowed.sections)
        tables, values = self.tables(question, narrowed, at, headline)
        return f"{tables} WHERE {where}", [*values, *where.values]

    def smaller(self, question, narrowed, at, below, without):
        """Return (query, values) of the keys that `later` puts in order."""
        sql, values = self.matching(question, narrowed, at)
        sql = f"SELECT {self.KEY} AS key {sql} AND {self.UNSORTED} < %s"
        values = [*values, below]
        if without:
            condition, others = self.not_among(without)
            sql, values = f"{sql} AND {condition}", [*values, *others]
        return sql, values

    def not_among(self, keys):
        return f"{self.KEY} NOT IN ({_marks(keys)})", keys


class SQLite(Index):
    KEY = UNSORTED = "f.rowid"
    # How much a word in the headline, in standfirst, names and tags, and in the text
    # counts (FTS5's documentation, 5.1.1).
    WEIGHTS = "10.0, 4.0, 1.0"
    # Steps of SQLite's machine between two looks at the watch, about 0.1 ms.
    STEPS = 10_000

    def fetch(self, sql, values):
        with self.connection.cursor() as cursor:
            watched = self.connection.connection
            watched.set_progress_handler(self._is_late, self.STEPS)
            try:
                cursor.execute(sql, values)
                return cursor.fetchall()
            except OperationalError as error:
                if self._is_late():
                    raise TooLong from error
                raise
            finally:
                watched.set_progress_handler(None, 0)

    def _is_late(self):
        return time.monotonic() > self.ends_at

    def tables(self, question, narrowed, at, headline):
        table = self.HEADLINE if headline else self.WHOLE
        # CROSS keeps the order: the index first, from its newest end.
        joined = "CROSS JOIN search_entry e ON e.article_id = f.rowid"
        return f"FROM {table} f {joined}", []

    def match(self, where, question, narrowed, headline):
        table = self.HEADLINE if headline else self.WHOLE
        for model, name, key in (
            (Byline, "author", narrowed.author),
            (ArticleTag, "tag", narrowed.tag),
        ):
            if key is not None:
                self._tie(where, model, name, key)
        wanted = " AND ".join(map(self.spelled, question.wanted))
        unwanted = " OR ".join(map(self.spelled, question.unwanted))
        if unwanted and not headline:
            where.add(f"f.{table} MATCH %s", f"({wanted}) NOT ({unwanted})")
            return
        where.add(f"f.{table} MATCH %s", wanted)
        if unwanted:
            other = f"SELECT rowid FROM {self.WHOLE} WHERE {self.WHOLE} MATCH %s"
            where.add(f"f.rowid NOT IN ({other})", unwanted)

    def _tie(self, where, model, name, key):
        """Have only articles that are tied to the row of this key.

        By their keys if they are few: to ask each of 100,000 matches took 0.2 s.
        """
        ties = model.objects.filter(**{name: key}).order_by()
        article = model.ARTICLE
        keys = list(ties.values_list(article, flat=True)[: FEW + 1])
        if len(keys) <= FEW:
            where.add(f"+f.rowid IN ({_marks(keys) or 'NULL'})", *keys)
        else:
            tied = f"SELECT 1 FROM {model._meta.db_table} WHERE {article} = f.rowid"
            where.add(f"EXISTS ({tied} AND {name}_id = %s)", key)

    @staticmethod
    def spelled(part):
        """Return a part as FTS5 reads it; words hold no quotes."""
        if len(part.words) > 1:
            told = f'"{" ".join(part.words)}"'
        else:
            told = " OR ".join(f'"{word}"' for word in part.spellings)
            told = f"({told})" if len(part.spellings) > 1 else told
        return f"{told} *" if part.is_prefix else told

    def matches(self, question, narrowed, at, *, limit, headline=False, is_ranked=True):
        tables, values = self.matching(question, narrowed, at, headline)
        rank = f"bm25({self.WHOLE}, {self.WEIGHTS})" if is_ranked else "0"
        rank = "e.published_at" if headline else rank
        sql = f"SELECT f.rowid, {rank} {tables} ORDER BY f.rowid DESC LIMIT %s"
        return self.fetch(sql, [*values, limit])

    def later(self, question, narrowed, at, *, below, without, skip, limit):
        sql, values = self.smaller(question, narrowed, at, below, without)
        sql += " ORDER BY f.rowid DESC LIMIT %s OFFSET %s"
        return [key for (key,) in self.fetch(sql, [*values, limit, skip])]


class PostgreSQL(Index):
    """Its plans are ours: the planner takes reading a long column for cheap.

    Left to itself, it looks for a word that stands nowhere by reading the words of
    every article, 2 s for 100,000.
    """

    KEY = "e.article_id"
    # No index has a sum.
    UNSORTED = "e.article_id + 0"
    # A phrase is looked for in so many of the newest that have all its words: each
    # has to be read, which takes 10 µs.
    PHRASES = 10_000
    # Of such a part of all articles, and so many, the newest are found soonest by
    # walking along the keys. Fewer are all listed and sorted: 0.3 µs for each.
    DENSE, LEAST = 0.15, 1000
    # Where one of these must be used after all, its cost is beyond what is compiled:
    # jit would take a second to do so.
    LISTING = ("jit", "enable_seqscan", "enable_indexscan", "enable_indexonlyscan")
    WALKING = ("jit", "enable_seqscan", "enable_bitmapscan", "enable_sort")
    TOTAL = "SELECT reltuples FROM pg_class WHERE oid = 'search_entry'::regclass"

    def __init__(self, alias):
        super().__init__(alias)
        self.dense, self.counted = {}, {}

    def fetch(self, sql, values, without=LISTING):
        left = max(1, int(1000 * (self.ends_at - time.monotonic())))
        values_of = {"statement_timeout": left, **dict.fromkeys(without, "off")}
        told = ", ".join(
            f"set_config('{n}', '{v}', true)" for n, v in values_of.items()
        )
        try:
            # A transaction of its own, whose settings end with it.
            with transaction.atomic(self.alias), self.connection.cursor() as cursor:
                cursor.execute(f"SELECT {told}")
                cursor.execute(sql, values)
                return cursor.fetchall()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") == CANCELED:
                raise TooLong from error
            raise

    def matches(self, question, narrowed, at, *, limit, headline=False, is_ranked=True):
        plan = self._plan(question, narrowed, at, headline)
        tables, values = self.matching(question, narrowed, at, headline)
        newest = f"{tables} {plan.order} LIMIT %s"
        if headline or not is_ranked:
            rank = "e.published_at" if headline else "0"
            sql = f"SELECT {self.KEY}, {rank} {newest}"
            return self.fetch(sql, [*values, limit], plan.without)
        # In one query with the first of them, more are soonest counted; unless the
        # words of all have to be read.
        is_counted = plan.without != self.WALKING or has_phrases(question)
        most = max(limit, COUNTED + 1) if is_counted else limit
        # 1: divided by the logarithm of the length (the documentation, 12.3.3).
        sql = (
            "SELECT key, CASE WHEN place <= %s THEN -ts_rank(words, %s::tsquery, 1) END"
            " FROM (SELECT *, row_number() OVER () AS place"
            f" FROM (SELECT {self.KEY} AS key, e.words {newest}) AS e) AS e"
        )
        ranked = self.spelled_all(question.wanted, " & ")
        rows = self.fetch(sql, [limit, ranked, *values, most], plan.without)
        if is_counted:
            self.counted[question, narrowed, at] = len(rows)
        return rows[:limit]

    def later(self, question, narrowed, at, *, below, without, skip, limit):
        found = self.smaller(question, narrowed, at, below, without)
        # All of them unsorted (OFFSET 0 keeps it so), then sorted: half the time.
        sql = f"SELECT key FROM ({found[0]} OFFSET 0) AS found ORDER BY key DESC"
        rows = self.fetch(f"{sql} LIMIT %s OFFSET %s", [*found[1], limit, skip])
        return [key for (key,) in rows]

    def count(self, question, narrowed, at, *, most):
        found = self.counted.get((question, narrowed, at), 0)
        if found >= most or 0 < found <= COUNTED:
            return min(found, most)
        sql, values = self.matching(question, narrowed, at)
        without = self._plan(question, narrowed, at).without
        if not has_phrases(question):
            without = self.LISTING
        sql = f"SELECT count(*) FROM (SELECT 1 {sql} LIMIT %s) AS found"
        return self.fetch(sql, [*values, most], without)[0][0]

    def _plan(self, question, narrowed, at, headline=False):
        """Return the Plan by which the newest matches are found soonest."""
        if not self._is_dense(question, narrowed, at, headline):
            plan = Plan(f"ORDER BY {self.UNSORTED} DESC", self.LISTING)
        else:
            plan = Plan(f"ORDER BY {self.KEY} DESC", self.WALKING)
        # Those that have a phrase's words come in order already.
        return replace(plan, order="") if has_phrases(question) else plan

    def _is_dense(self, question, narrowed, at, headline=False):
        """Say whether at least DENSE of all articles match.

        Many by the planner's statistics are counted, unless it is one word, which
        these know: to walk in vain, and read the words of all, would take a second.
        """
        asked = (in_words(question), narrowed, at, headline)
        if asked not in self.dense:
            sql, values = self.matching(*asked)
            [(plan,)] = self.fetch(f"EXPLAIN (FORMAT JSON) SELECT 1 {sql}", values)
            expected = plan[0]["Plan"]["Plan Rows"]
            is_dense = expected >= self.LEAST
            if is_dense:
                [(total,)] = self.fetch(self.TOTAL, [])
                least = max(self.LEAST, int(total * self.DENSE))
                is_dense = expected >= least
            if is_dense and not headline and not is_one_word(asked[0], narrowed):
                sql = f"SELECT count(*) FROM (SELECT 1 {sql} LIMIT %s) AS found"
                is_dense = self.fetch(sql, [*values, least])[0][0] >= least
            self.dense[asked] = is_dense
        return self.dense[asked]

    def not_among(self, keys):
        # As a table, which is hashed: each row would be compared with 400 keys.
        found = f"SELECT 1 FROM unnest(%s::bigint[]) AS k (key) WHERE key = {self.KEY}"
        return f"NOT EXISTS ({found})", [list(keys)]

    def tables(self, question, narrowed, at, headline):
        if not has_phrases(question):
            return "FROM search_entry e", []
        column = "headline" if headline else "words"
        is_dense = self._is_dense(question, narrowed, at, headline)
        newest = (
            f"SELECT * FROM search_entry WHERE {column} @@ %s::tsquery "
            f"ORDER BY article_id {'' if is_dense else '+ 0'} DESC LIMIT {self.PHRASES}"
        )
        apart = self.spelled_all(in_words(question).wanted, " & ")
        return f"FROM ({newest}) AS e", [apart + self.spelled_marks(narrowed)]

    def match(self, where, question, narrowed, headline):
        wanted = self.spelled_all(question.wanted, " & ") + self.spelled_marks(narrowed)
        if headline:
            where.add("e.headline @@ %s::tsquery", wanted)
        if question.unwanted:
            # In one query, which the index answers: apart, each row's words are read.
            unwanted = self.spelled_all(question.unwanted, " | ")
            where.add("e.words @@ %s::tsquery", f"({wanted}) & !({unwanted})")
        elif not headline:
            where.add("e.words @@ %s::tsquery", wanted)

    def spelled_all(self, parts, sign):
        return sign.join(map(self.spelled, parts))

    @staticmethod
    def spelled_marks(narrowed):
        """Return the marks that are wanted, to stand behind the words."""
        wanted = (
            " | ".join(f"'{m}'" for m in marks) for marks in of_narrowed(narrowed)
        )
        return "".join(f" & ({marks})" for marks in wanted)

    @staticmethod
    def spelled(part):
        """Return a part as a tsquery reads it; words hold no quotes."""
        end = ":*" if part.is_prefix else ""
        if len(part.words) > 1:
            told = " <-> ".join(f"'{word}'" for word in part.words)
        else:
            told = " | ".join(f"'{word}'" for word in part.spellings)
        return f"({told}{end})"


@dataclass(frozen=True)
class Plan:
    """An order, and what PostgreSQL is to do without."""

    order: str
    without: tuple


def has_phrases(question):
    return any(len(part.words) > 1 for part in question.wanted)


def is_one_word(question, narrowed):
    parts = (*question.wanted, *question.unwanted)
    return (
        len(parts) == 1
        and len(parts[0].spellings) == 1
        and not any((parts[0].is_prefix, *of_narrowed(narrowed)))
    )


def in_words(question):
    """Return the Question that asks for the words of phrases wherever they stand.

    All that the Question itself finds is among what this one does.
    """
    parts = []
    for part in question.wanted:
        *words, last = part.words
        parts += [Part((word,), is_quoted=True) for word in words]
        parts.append(replace(part, words=(last,)))
    unwanted = tuple(part for part in question.unwanted if len(part.words) == 1)
    return Question(tuple(dict.fromkeys(parts)), unwanted)


def _marks(values):
    return ", ".join(["%s"] * len(values))


def index():
    """Return the Index of the database that is read from now."""
    alias = Article.objects.all().db
    kinds = {"sqlite": SQLite, "postgresql": PostgreSQL}
    return kinds[connections[alias].vendor](alias)
