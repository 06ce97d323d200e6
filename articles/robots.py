"""Programs that open pages without a person in front of them."""

import re

# What chats and mail programs send to draw a card of a link, search engines, watchers
# of sites, programming libraries, and browsers that a program drives. They say so
# themselves; one that claims to be a person cannot be told by its name. Cubot makes
# telephones.
NAMES = re.compile(
    r"(?<!cu)bot\b|crawl|spider|scrap|preview|facebookexternalhit|whatsapp|embedly|slurp"
    r"|vkshare|skypeuri|google-|mediapartners|feedfetcher|archiver|fetch|monitor|uptime"
    r"|pingdom|statuscake|lighthouse|pagespeed|headless|phantomjs|puppeteer|playwright"
    r"|selenium|webdriver|curl/|wget/|python-|python/|httpx|aiohttp|okhttp|go-http"
    r"|java/|libwww|httpclient|axios|node-|undici|php/|ruby",
    re.IGNORECASE,
)


def is_robot(user_agent):
    """Say whether a User-Agent is a program's own name."""
    return bool(NAMES.search(user_agent))
