"""Several small queries as one round trip to the database.

A page shows many short lists: neighbours, menus, blocks. Asked one by one they
cost more in round trips than in work. Here each becomes one column of a single
row, as JSON. (A UNION would not do: SQLite takes no ORDER BY or LIMIT in its
arms, and all arms need equal columns.)
"""

import json
import re
from datetime import UTC, datetime

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections, models, router

from articles.planned import planned

KEY = models.BigIntegerField()

# The order of a subquery is kept: SQLite keeps ORDER BY below every aggregate but
# count, min and max (sqlite.org/releaselog/3_35_0.html), and PostgreSQL's
# documentation of aggregate functions describes a sorted subquery as the way.
ROWS = {
    "sqlite": "(SELECT json_group_array(json_array({columns})) FROM ({sql}) r)",
    "postgresql": "(SELECT coalesce(json_agg(json_build_array({columns})), '[]')::text"
    " FROM ({sql}) r)",
}


class Given(models.Expression):
    """A value in a queryset that is handed to `Together.fetch` by its name.

    So the statement is the same for every article, and is compiled once: that costs
    several times what asking costs.
    """

    def __init__(self, name, output_field=KEY):
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]


def given_all(name, count, output_field=KEY):
    """Return so many Given for a list: "name0", "name1", … (see `numbered`)."""
    return [Given(f"{name}{place}", output_field) for place in range(count)]


def numbered(name, values, count, padding=0):
    """Return {"name0": value, …} for `given_all`, padded where there are fewer."""
    values = [*values][:count]
    values += [padding] * (count - len(values))
    return {f"{name}{place}": value for place, value in enumerate(values)}


class Together:
    """Querysets made with `values(*names)`, compiled once, fetched in one query.

    Worth keeping where the querysets never change but in what is Given: compiling
    costs more than the query.
    """

    def __init__(self, querysets):
        self.fields = {}
        self.params = []
        # All rows come from where the router has those of the first read.
        self.model = next(iter(querysets.values())).model
        selects = []
        for key, queryset in querysets.items():
            compiler = queryset.query.get_compiler(connection=connection)
            try:
                sql, params = compiler.as_sql(with_col_aliases=True)
            except EmptyResultSet:
                continue
            aliases = [alias for _, _, alias in compiler.select]
            columns = ", ".join(f'r."{alias}"' for alias in aliases)
            selects.append(ROWS[connection.vendor].format(columns=columns, sql=sql))
            self.params.extend(params)
            self.fields[key] = (
                queryset.query.selected,
                [
                    (place, read)
                    for place, column in enumerate(compiler.select)
                    if (read := _reader(column[0].output_field))
                ],
            )
        self.empty = [key for key in querysets if key not in self.fields]
        self.sql = f"SELECT {', '.join(selects)}" if selects else ""
        if connection.vendor == "postgresql":
            self._write_in_what_is_known()

    def _write_in_what_is_known(self):
        """Leave values to be sent only for what is Given.

        An index on what is published serves no plan that is made before it is known
        which status is asked for.
        """
        params = iter(self.params)
        self.params = []

        def written(match):
            if match[0] == "%%":
                return "%%"
            param = next(params)
            if isinstance(param, Given):
                self.params.append(param)
                return "%s"
            return connection.ops.compose_sql("%s", [param]).replace("%", "%%")

        self.sql = re.sub("%%|%s", written, self.sql)

    def fetch(self, **given):
        """Return the rows by the keys given: {"sections": [{"name": …}, …], …}.

        `given` has the value of every Given, by its name.
        """
        return self.read(self.ask(**given))

    def ask(self, **given):
        """Return the database's answers as they are: texts, for `read`."""
        if not self.sql:
            return ()
        asked = connections[router.db_for_read(self.model)]
        params = [
            param.output_field.get_db_prep_value(given[param.name], asked)
            if isinstance(param, Given)
            else param
            for param in self.params
        ]
        with planned(asked) as cursor:
            cursor.execute(self.sql, params)
            return cursor.fetchone()

    def read(self, answers):
        """Return the rows by the keys given, of what `ask` returned."""
        rows = {key: [] for key in self.empty}
        for (key, (names, readers)), answer in zip(
            self.fields.items(), answers, strict=True
        ):
            found = json.loads(answer)
            for place, read in readers:
                for row in found:
                    row[place] = read(row[place])
            rows[key] = [dict(zip(names, row, strict=True)) for row in found]
        return rows


def _reader(field):
    """Return what turns a JSON value into the field's own, or None."""
    if isinstance(field, models.DateTimeField):
        return _moment
    if isinstance(field, models.DateField | models.UUIDField):
        return field.to_python
    if isinstance(field, models.JSONField):
        return _document
    if isinstance(field, models.BooleanField):
        return bool
    return None


def _moment(value):
    if value is None:
        return None
    moment = datetime.fromisoformat(value)
    # SQLite's text has no zone; Django writes UTC.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _document(value):
    # SQLite keeps JSON as text, PostgreSQL as JSON.
    return json.loads(value) if isinstance(value, str) else value
