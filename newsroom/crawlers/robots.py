"""robots.txt and its like, as text. Pure: rows are handed over."""

from datetime import UTC, datetime, time

# What nobody's program need look at: it asks for a login, or changes by the minute.
OURS = ("Disallow: /admin/", "Disallow: /most-read/list/", "Disallow: /report-error/")
ALL = "*"
# What programs of language models fetch pages for (newsroom/crawlers/models.py, Agent).
TRAINING, ANSWERING = "training", "answering"


def robots_txt(machines, rules, agents, sitemaps):
    """Return robots.txt (RFC 9309).

    `machines` is what SiteFiles says of language models, `rules` are CrawlRule rows,
    `agents` the Agent rows of their programs. A program heeds the group of its own name
    alone, so each repeats what is for all.
    """
    own = {ALL: []}
    for rule in rules:
        own.setdefault(rule.agent.lower(), []).append(rule)
    names = {rule.agent.lower(): rule.agent for rule in rules} | {ALL: ALL}
    unwelcome = {"answers": {TRAINING}, "none": {TRAINING, ANSWERING}}
    unwelcome = unwelcome.get(machines, set())
    banned = [agent.name for agent in agents if agent.purpose in unwelcome]
    invited = [
        agent.name
        for agent in agents
        if machines == "answers" and agent.purpose == ANSWERING
    ]
    for_all = [*OURS, *(rule.line for rule in own[ALL])]
    groups = [group([ALL], for_all)]
    for key in sorted(own.keys() - {ALL}):
        lines = [rule.line for rule in own[key]]
        if key in {name.lower() for name in banned}:
            lines.append("Disallow: /")
        groups.append(group([names[key]], [*for_all, *lines]))
    if plain := [name for name in invited if name.lower() not in own]:
        groups.append(group(plain, [*for_all, "Allow: /"]))
    if plain := [name for name in banned if name.lower() not in own]:
        groups.append(group(plain, ["Disallow: /"]))
    groups.append("".join(f"Sitemap: {address}\n" for address in sitemaps))
    return "\n".join(groups)


def group(agents, lines):
    """Return one group: the lines each once, for all of the agents."""
    lines = [*(f"User-agent: {agent}" for agent in agents), *dict.fromkeys(lines)]
    return "".join(f"{line}\n" for line in lines)


def security_txt(files, address):
    """Return security.txt (RFC 9116), "" where nobody is named.

    `address` is the file's own.
    """
    if not files.contacts() or not files.security_expires_on:
        return ""
    end = datetime.combine(files.security_expires_on, time(), UTC)
    lines = [("Contact", contact) for contact in files.contacts()]
    lines += [
        ("Expires", f"{end:%Y-%m-%dT%H:%M:%SZ}"),
        ("Encryption", files.security_encryption),
        ("Acknowledgments", files.security_thanks),
        ("Preferred-Languages", files.security_languages),
        ("Canonical", address),
        ("Policy", files.security_policy),
    ]
    return "".join(f"{name}: {value}\n" for name, value in lines if value)
