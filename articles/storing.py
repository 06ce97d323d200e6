"""Many new rows of one table: by COPY, or by one statement that is prepared once.

`bulk_create` writes a statement for every dozen articles on SQLite, which takes 999
values, and asks each field of each row four times over. Half of an import's time went
into that (2026, 3,000 posts).
"""

from functools import lru_cache

from django.db import connections, models, router

# What these fields hold is stored as it is, where it is one of the SIMPLE.
PLAIN = {
    *(models.CharField, models.TextField, models.URLField, models.BooleanField),
    *(models.PositiveSmallIntegerField, models.PositiveIntegerField),
    *(models.PositiveBigIntegerField, models.BigIntegerField),
    *(models.ForeignKey, models.OneToOneField),
}
SIMPLE = {str, int, bool, type(None)}


def store(rows):
    """Write new rows of one model, and give them their keys; inside a transaction.

    As with `bulk_create` nobody hears of them, and their own `save` is not asked. Rows
    they belong to are saved already.
    """
    rows = list(rows)
    if not rows:
        return rows
    model = type(rows[0])
    alias = router.db_for_write(model)
    connection = connections[alias]
    columns, getters = _columns(model, alias)
    values = [[get(row) for get in getters] for row in rows]
    write = _write_sqlite if connection.vendor == "sqlite" else _copy
    with connection.wrap_database_errors:
        keys = list(write(connection, model, columns, values))
    for row, key in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, alias
    return rows


@lru_cache
def _columns(model, alias):
    """Return the quoted columns of a model but its key, and what gets their values."""
    connection = connections[alias]
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    return columns, [_getter(field, connection) for field in fields]


def _getter(field, connection):
    def prepared(row):
        return field.get_db_prep_save(field.pre_save(row, True), connection)

    def plain(row):
        value = getattr(row, field.attname)
        return value if type(value) in SIMPLE else prepared(row)

    return plain if type(field) in PLAIN else prepared


def _write_sqlite(connection, model, columns, values):
    marks = ", ".join("?" * len(values[0]))
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
    # sqlite3's own cursor: Django's writes the statement anew each time.
    cursor = connection.connection.cursor()
    for row in values:
        yield cursor.execute(statement, row).lastrowid
    cursor.close()


# pglz, PostgreSQL's own way before version 19, takes a third of its time for a post.
COMPRESS_FAST = """
    SELECT set_config('default_toast_compression', 'lz4', true) FROM pg_settings
    WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)
"""


def compress_fast(using="default"):
    """Let the rows of this transaction be compressed quickly, a little less small."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(COMPRESS_FAST)


def _copy(connection, model, columns, values):
    quote, key = connection.ops.quote_name, model._meta.pk.column
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) "
            "FROM generate_series(1, %s)",
            [table, key, len(values)],
        )
        keys = [number for (number,) in cursor.fetchall()]
        statement = f"COPY {quote(table)} ({quote(key)}, {columns}) FROM STDIN"
        with cursor.copy(statement) as copy:
            for number, row in zip(keys, values, strict=True):
                copy.write_row([number, *row])
    return keys
