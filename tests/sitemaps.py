"""Whether a sitemap is valid: by schemas, and by what no schema can say.

Google's schemas and the one of the index are in no package: `tests/data/schemas` says
in our words what they ask of what we write. Of sitemaps.org's own, `make quality` has
the original.
"""

import re
from functools import cache
from pathlib import Path

from lxml import etree

SCHEMAS = Path(__file__).parent / "data/schemas"
S = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
I = "{http://www.google.com/schemas/sitemap-image/1.1}"  # noqa: E741
N = "{http://www.google.com/schemas/sitemap-news/0.9}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
LARGEST = 50 * 1024 * 1024


@cache
def schema(core):
    """Return the XMLSchema of a file for the core, and of Google's two extensions."""
    parts = {S: core, I: SCHEMAS / "sitemap-image.xsd", N: SCHEMAS / "sitemap-news.xsd"}
    imports = "".join(
        f'<import namespace="{name.strip("{}")}" schemaLocation="{path.as_uri()}"/>'
        for name, path in parts.items()
    )
    whole = f'<schema xmlns="http://www.w3.org/2001/XMLSchema">{imports}</schema>'
    return etree.XMLSchema(etree.fromstring(whole))


def faults(content, core=SCHEMAS / "sitemap.xsd"):
    """Return sentences about what is wrong in a sitemap, or an index of them."""
    root = etree.fromstring(content)
    if root.tag == f"{S}sitemapindex":
        core = SCHEMAS / "siteindex.xsd"
    rules = schema(core)
    rules.validate(root)
    found = [error.message for error in rules.error_log]
    if len(content) > LARGEST or len(root) > 50_000:
        found.append(f"It has {len(content)} bytes and {len(root)} entries.")
    for loc in root.iter(f"{S}loc", f"{I}loc"):
        if not re.fullmatch(r"https?://[\x21-\x7e]{1,2030}", loc.text or ""):
            found.append(f"{loc.text} is no address.")
    for moment in root.iter(f"{S}lastmod", f"{N}publication_date"):
        if not MOMENT.fullmatch(moment.text or ""):
            found.append(f"{moment.text} is no moment.")
    locs = [loc.text for loc in root.iter(f"{S}loc")]
    return found if len(locs) == len(set(locs)) else [*found, "An address twice."]
