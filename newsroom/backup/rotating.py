"""Which backups of a folder are kept."""

import re
from datetime import UTC, datetime

NAME = re.compile(r"newsroom-(\d{4}-\d{2}-\d{2}-\d{6})\.tar")
MOMENT = "%Y-%m-%d-%H%M%S"


def name_at(moment):
    """Return the name of the file of a backup made at a moment, with it in UTC."""
    return f"newsroom-{moment.astimezone(UTC):{MOMENT}}.tar"


def to_remove(names, *, newest=0, daily=0, weekly=0, monthly=0):
    """Return, oldest first, the names of backups that no rule keeps.

    `newest` keeps so many, whenever they were made; `daily`, `weekly` and `monthly`
    the last one of each of the last days, weeks and months that have any. Names of
    other files are left alone, and without any rule all is kept.
    """
    if not (newest or daily or weekly or monthly):
        return []
    moments = {}
    for name in names:
        if match := NAME.fullmatch(name):
            try:
                moment = datetime.strptime(match[1], MOMENT).replace(tzinfo=UTC)
            except ValueError:
                continue
            moments[name] = moment
    latest_first = sorted(moments, key=moments.get, reverse=True)
    kept = set(latest_first[:newest])
    for count, period in ((daily, "%Y-%m-%d"), (weekly, "%G-%V"), (monthly, "%Y-%m")):
        last_of = {}
        for name in latest_first:
            last_of.setdefault(f"{moments[name]:{period}}", name)
        kept.update(list(last_of.values())[:count])
    return [name for name in reversed(latest_first) if name not in kept]
