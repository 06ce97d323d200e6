"""What a search is narrowed to, as words that stand in no text: `@a7` is of author 7.

PostgreSQL's index has them beside the words of each article. It finds what has all of
some words at once, where it would look at each of 50,000 matches for its author.
"""

from datetime import UTC, timedelta

# More than so many months are asked for by the year, more years not at all.
MONTHS, YEARS = 12, 40


def of_article(section, published_at, authors, tags):
    """Return the marks of an article: keys of rows, and when it came out or None."""
    marks = [f"@a{key}" for key in authors] + [f"@t{key}" for key in tags]
    if section:
        marks.append(f"@s{section}")
    if published_at:
        day = published_at.astimezone(UTC)
        marks += [f"@y{day:%Y}", f"@m{day:%Y%m}"]
    return marks


def of_narrowed(narrowed):
    """Return lists of marks: of each of them, what is meant by Narrowed has one.

    Not all that has them is meant: the moments are to be looked at.
    """
    wanted = [[f"@s{key}" for key in narrowed.sections]]
    wanted += [[f"@a{narrowed.author}"]] if narrowed.author is not None else []
    wanted += [[f"@t{narrowed.tag}"]] if narrowed.tag is not None else []
    if narrowed.begins and narrowed.ends:
        wanted.append(_between(narrowed.begins, narrowed.ends))
    return [marks for marks in wanted if marks]


def _between(begins, ends):
    """Return the marks of all months, or years, between two moments."""
    first = begins.astimezone(UTC)
    last = ends.astimezone(UTC) - timedelta(microseconds=1)
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    if len(months) <= MONTHS:
        return [f"@m{month // 12:04}{month % 12 + 1:02}" for month in months]
    years = range(first.year, last.year + 1)
    return [f"@y{year:04}" for year in years] if len(years) <= YEARS else []
