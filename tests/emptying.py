"""Emptying the tables after a test that commits.

Django's flush truncates every table and then makes content types, permissions and
groups anew: 0.2 s of work, and on PostgreSQL 250 files thrown away. Here rows are
deleted, and what Django would make again stays as it was.
"""

from django.db import connections, transaction
from django.test import TransactionTestCase

_whole = TransactionTestCase._fixture_teardown
_kept = {}  # {database: {table: rows that are there after Django's own flush}}


def empty(test):
    """Leave what Django's flush leaves, which is asked the first time."""
    for name in test._databases_names(include_mirrors=False):
        if name not in _kept:
            _whole(test)
            _kept[name] = _rows(connections[name])
            continue
        _empty(connections[name], _kept[name])


def _tables(connection):
    return connection.introspection.django_table_names(
        only_existing=True, include_views=False
    )


def _rows(connection):
    """Return {table: its rows} of the tables that have some."""
    found = {}
    with connection.cursor() as cursor:
        for table in _tables(connection):
            cursor.execute(f'SELECT * FROM "{table}"')
            if rows := cursor.fetchall():
                found[table] = sorted(rows)
    return found


def _empty(connection, kept):
    tables = _tables(connection)
    # Foreign keys are asked at the end of the transaction, so any order will do.
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A request that still writes ends first, as before a TRUNCATE.
            names = ", ".join(f'"{table}"' for table in tables)
            cursor.execute(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
        for table in tables:
            if table in kept:
                _restore(cursor, table, kept[table])
            else:
                cursor.execute(f'DELETE FROM "{table}"')


def _restore(cursor, table, rows):
    cursor.execute(f'SELECT * FROM "{table}"')
    if sorted(cursor.fetchall()) == rows:
        return
    cursor.execute(f'DELETE FROM "{table}"')
    marks = ", ".join(["%s"] * len(rows[0]))
    cursor.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)


def be_quick():
    """Empty so after every TransactionTestCase, pytest-django's among them."""
    TransactionTestCase._fixture_teardown = empty
