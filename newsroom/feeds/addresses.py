"""Where feeds stand: `feed/` after the address of the page that they follow."""

RSS, ATOM, JSON = "rss", "atom", "json"
KINDS = (RSS, ATOM, JSON)


def feed_path(page, kind=RSS, *, is_summary=False):
    """Return the path of a page's feed: /tags/water/feed/atom/summary/."""
    inner = "" if kind == RSS else f"{kind}/"
    return f"{page}feed/{inner}{'summary/' if is_summary else ''}"


def corrections_path(kind=RSS):
    """Return the path of the feed of corrections, which has no summaries."""
    return "/feeds/corrections/" + ("" if kind == RSS else f"{kind}/")
