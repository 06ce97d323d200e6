"""Lines of the old site that stood around its stories: back, advertise, share."""

import re
from functools import lru_cache

from .story import ChromeLine

LONGEST_CHROME = 160
DECORATION = " \t\xa0[](){}<>«»‹›←→↑↩⇐⬅►▶◄◀|*•·–—-_~=:.!#+\u200e\u200f"

BACK_HOME = (
    r"(?:home|home ?page|front ?page|main(?: page| index| menu| site)?|index(?: page)?"
    r"|top(?: of (?:the )?page)?|contents|table of contents|archives?|list(?:ing)?"
    r"|previous(?: page)?|start|menu|search(?: results)?|articles?|all (?:\w+ ?){1,2}"
    r"|commentar(?:y|ies)|opinions?|editorials?|columns?|columnists?|essays|stories"
    r"|news|letters|features?|reviews?|sports?|blogs?|politics|culture|arts?"
    r"|op-?eds?|views|viewpoints?|perspectives?|forum|sections?|issues?|authors?"
    r"|writers?|magazine|newsletter|press releases|latest (?:\w+ ?){1,2}|site"
    r"|(?:this|our|current) (?:\w+ ?){1,3}|overview)"
)
SURE = (
    ("back", rf"(?:(?:go|click(?: here)? to (?:go|return)) )?(?:back|return) ?(?:to)?"
             rf"(?: (?:the |our |my )?{BACK_HOME})?(?: (?:page|index|section|archives?"
             r"|list|menu))?"),
    ("back", r"(?:previous|next|prev)(?: (?:article|story|page|column|issue))?"),
    ("back", r"(?:zurück(?: zur? [\w-]+)?|retour(?: (?:à|au|aux) [\w’' -]{1,30})?"
             r"|volver(?: (?:a|al) [\w ]{1,30})?|torna (?:a|al|alla) [\w ]{1,30}"
             r"|terug naar [\w ]{1,30})"),
    ("advertise", r"(?:please )?(?:click here to )?advertis(?:e|ing)(?: (?:with|on|in"
                  r"|at"
                  r"|here|your|to|space|rates?|info(?:rmation)?|opportunities"
                  r"|available|options|enquiries|inquiries)\b.{0,90})?"),
    ("advertise", r"(?:to )?advertise\b.{0,40}(?:find out|learn|click|contact|call|see|"
                  r"more|rates).{0,60}"),
    ("advertise", r".{0,40}\badvertis(?:e|ing|ers?)\b.{0,60}?\b(?:find out|learn more"
                  r"|click|contact us|rates|inquire|more info).{0,40}"),
    ("advertise", r"(?:your|place (?:your|an)) (?:ad|advert|advertisement|message)\b"
                  r".{0,60}"),
    ("advertise", r"(?:advertisements?|ads?|sponsored(?: links?| content| message)?"
                  r"|our (?:sponsors?|advertisers?)|anzeige|werbung|publicité"
                  r"|publicidad"
                  r"|pubblicità|advertentie|ads by \w+)"),
    ("advertise", r"(?:click here to )?(?:find out|learn) (?:more|how)"
                  r"(?: here| about .{1,40})?"),
    ("advertise", r"(?:become|be) (?:a|our) sponsor\b.{0,60}"),
    ("share", r"(?:please )?(?:share|send|forward|e-?mail|print|bookmark|save|tweet"
              r"|recommend|post)(?: (?:this|the|these|our|it|us|me|a|an|your))?"
              r"(?: (?:page|articles?|stor(?:y|ies)|columns?|links?|posts?|news|site"
              r"|commentary|piece|essay|friends?|copy|url|web ?(?:site|page)))?"
              r"(?:(?: (?:and|or) )?(?: ?(?:with|to|on|via|by|through|from)) "
              r".{0,60})?"),
    ("share", r"(?:share|send|e-?mail|print|bookmark)(?: ?[,/|&+·•-] ?| and | or | )"
              r"(?:(?:share|send|e-?mail|print|bookmark|save|this|page|story|article)"
              r"(?: ?[,/|&+·•-] ?| and | or | )?){1,6}"),
    ("share", r"(?:printer|print)[ -]?(?:friendly|able|er)?(?: ?(?:version|page|format"
              r"|view|article|story))?"),
    ("share", r"(?:tell|e-?mail|send(?: (?:this|it|page))?(?: to)?) (?:a|your) friends?"
              r"\b.{0,40}"),
    ("share", r"(?:facebook|twitter|linkedin|whatsapp|reddit|digg(?: this| it)?"
              r"|del\.?icio\.?us|stumbleupon|pinterest|tumblr|google\+?|delicious|like"
              r"|tweet(?: this)?|e-?mail|pin it|\+1|pocket|instapaper|slashdot"
              r"|newsvine|fark|technorati|myspace|bluesky|mastodon|threads|telegram"
              r"|copy link)(?: \(?\d{1,6}\)?)?"),
    ("share", r"(?:teilen|drucken|partager|imprimer|compartir|imprimir|condividi"
              r"|stampa|delen|afdrukken)(?: .{0,30})?"),
    ("other", r"(?:home|(?:contact|write|e-?mail)(?: to)?(?: us)?|about(?: us)?"
              r"|site ?map|search|log ?in|register|sign (?:in|up)"
              r"|subscribe(?: (?:to|now|today|here|via)\b.{0,60})?"
              r"|rss(?: feed)?|newsletter|help|faq|links|archives?|guestbook|legal"
              r"|terms(?: (?:of|and) .{0,30})?|privacy(?: policy)?|disclaimer|top"
              r"|skip to .{0,40}|menu|navigation|loading|donate(?: now)?|shop|store)"),
    ("other", r"(?:sign up|join|get) (?:for |to )?(?:our|the|free)\b.{0,60}"
              r"(?:newsletter|mailing list|updates|e-?mails?)\b.{0,30}"),
    ("other", r"(?:(?:diesen? )?(?:inhalt|artikel|beitrag|seite|pdf)(?: als pdf)?"
              r"(?: per e-?mail)? (?:download(?:en)?|herunterladen|(?:ver)?senden"
              r"|drucken"
              r"|teilen|(?:weiter)?empfehlen|kommentieren)|mehr anzeigen|comentar"
              r"|(?:télécharger|imprimer|envoyer) (?:l[’'a]|cet) ?\w{4,10}"
              r"|(?:hide|show) caption|(?:click to )?enlarge|continue reading"
              r"|(?:next|previous) page|pages?:? [\d ]{1,20}"
              r"|slideshow \(\d+ images?\))"),
    ("other", r"(?:(?:text|font) ?size|a a a|a\+? ?a-?|increase font.{0,30}"
              r"|larger text|smaller text|resize text).{0,20}"),
    ("other", r"(?:(?:post|add|leave|write|read|view|show|no|\d{1,5}) )?(?:a |your "
              r"|all |the )?(?:comments?|responses?|repl(?:y|ies))(?: \(?\d{1,5}\)?)?"
              r"(?: on this (?:story|article|post))?"),
    ("other", r"(?:hits|views|visits|visitors?|counter|page views|read)\s?:?"
              r" ?\d[\d,. ]{0,12}(?: times)?"),
    ("other", r"(?:click here|read more|more|see also|continue(?:d)?(?: reading)?"
              r"|(?:best viewed|you are visitor|this page has been).{0,80})"),
    ("other", r"(?:listen to (?:this|the) (?:article|story)|rate this .{0,30}"
              r"|download (?:this |as )?(?:a )?pdf|report (?:an )?error.{0,30})"),
)  # fmt: skip
PERHAPS = (
    ("back", r"(?:go )?(?:back|return) to (?:the )?.{1,60}"),
    ("back", r"(?:more|other) (?:columns?|commentar(?:y|ies)|articles?|stories|essays)"
             r"(?: by .{1,50})?"),
    ("advertise", r"advertis(?:e|ing|ers)\b.{0,60}"),
    ("share", r"(?:share|pass)\b.{0,60}"),
    ("share", r"(?:like|follow|find|join) us\b.{0,60}"),
    ("other", r"(?:welcome to|visit our|you are here)\b.{0,80}"),
)  # fmt: skip
END_MARK = re.compile(
    r"[\s-]*(?:-?\s*30\s*-?|#{1,3}|(?:# ){1,2}#|the end|end|ends|fin|ende"
    r"|[■□▪●◆♦]+|xxx)[\s-]*",
    re.IGNORECASE,
)
COPYRIGHT = re.compile(
    r"(?:.{0,40})?(?:©|\(c\)\s*(?:\d|[A-Z])|&copy;|\bcopyright\b|all rights reserved"
    r"|tous droits réservés|alle rechte vorbehalten)",
    re.IGNORECASE,
)
PERMISSION = re.compile(
    r"[\[(*\s]*(?:(?:this (?:article|story|column|essay|piece|commentary|page)"
    r"(?: (?:was|is|has been|originally|first|may)\b)?.{0,40})?"
    r"(?:re-?printed|reproduced|re-?published|used|excerpted)\b.{0,40}"
    r"\b(?:permission|courtesy|consent)\b"
    r"|(?:permission|for permission) (?:is|to|granted)\b"
    r"|(?:this (?:article|story|column|essay|piece|commentary) )?(?:originally |first )"
    r"(?:appeared|published|printed|ran)\b"
    r"|this (?:article|story|column|essay|piece) (?:originally |first )?(?:appeared"
    r"|ran|was (?:originally |first )?(?:published|printed))\b"
    r"|a version of this (?:article|story|column|essay|piece) (?:appears|appeared"
    r"|ran)\b"
    r"|this (?:web ?)?(?:page|site) (?:is )?hosted by\b"
    r"|the (?:views|opinions) expressed\b|no part of this\b|last (?:updated|modified)\b"
    r"|web ?master\b|http-equiv|page (?:created|maintained|last)\b)",
    re.IGNORECASE,
)
COPYRIGHT_YEAR = re.compile(
    r"(?:©|\(c\)|copyright)[^\d]{0,60}(?:\d{4}\s*[-–,]\s*)*((?:19|20)\d{2})\b",
    re.IGNORECASE,
)
ADDRESS_AT_END = re.compile(
    r"\s*[-:–—(<\[]*\s*((?:https?://|www\.)[^\s<>()\[\]]+)[>)\]]*$"
)
PIPES = re.compile(r"\s*(?:\||•|·|::|»|>|\s/\s|\t+|\xa0{2,})\s*")
TRAIL = re.compile(r"\s(?:>|»|›|::|→)\s")


def _one_expression(shapes):
    """All shapes as one expression; the group that matched numbers the kind."""
    joined = "|".join(f"({shape})" for _, shape in shapes)
    return re.compile(joined, re.IGNORECASE), [kind for kind, _ in shapes]


# "Click here to share this page" says what "Share this page" says.
CLICK_HERE = re.compile(
    r"(?:please )?click (?:here|below|this link)[,:]? (?:to|for) ", re.I
)

_SURE, _SURE_KINDS = _one_expression(SURE)
_PERHAPS, _PERHAPS_KINDS = _one_expression(PERHAPS)


def chrome_kind(text: str) -> tuple[str, bool] | None:
    """What an old site's line is (back, advertise, share, other), and how surely.

    Not sure are lines a headline could be as well: "Back to the River". Nothing
    here looks at where the line stands; callers ask only above and below a story.
    """
    return _short_chrome_kind(text) if len(text) <= LONGEST_CHROME else None


@lru_cache(maxsize=4096)  # A site repeats its lines on every page.
def _short_chrome_kind(text):
    bare = " ".join(text.split()).strip(DECORATION)
    if "http" in bare or "www." in bare:
        bare = ADDRESS_AT_END.sub("", bare).strip(DECORATION) or bare
    if not bare:
        return None
    said = CLICK_HERE.sub("", bare, count=1)
    found = _SURE.fullmatch(bare)
    if not found and said != bare:
        found = _SURE.fullmatch(said)
    if found:
        kind = _SURE_KINDS[found.lastindex - 1]
        return kind, said != bare or _is_plainly(kind, bare)
    if PIPES.search(text.strip()):
        return _menu_kind(text)
    found = _PERHAPS.fullmatch(bare)
    return (_PERHAPS_KINDS[found.lastindex - 1], False) if found else None


def _is_plainly(kind, bare):
    # "Share the Road With Cyclists" and "Print It in the Dark" are headlines in
    # every respect; longer lines of the share family need one of its nouns.
    if kind != "share" or len(bare.split()) <= 3:
        return True
    return bool(
        re.search(
            r"\b(?:page|article|story|stories|column|friends?|facebook|twitter|link"
            r"|site|e-?mail|print|post|commentary|this|our)\b",
            bare,
            re.IGNORECASE,
        )
    )


def _menu_kind(text):
    parts = [part for part in PIPES.split(text.strip().strip("|")) if part.strip()]
    if len(parts) < 2 or any(len(part.split()) > 6 for part in parts):
        return None
    if TRAIL.search(text) and chrome_kind(parts[0]) and len(parts[0].split()) < 3:
        return "back", True
    kinds = [chrome_kind(part) for part in parts if not PIPES.search(part)]
    sure = [kind for kind in kinds if kind and kind[1]]
    if len(sure) * 2 < len(parts):
        return None
    return (sure[0][0] if len({kind[0] for kind in sure}) == 1 else "other"), True


def chrome_lines(text: str, links=()) -> list[ChromeLine]:
    """A chrome line as records, a menu as one for each of its parts.

    ``links`` are (text, address) pairs of the anchors within the line.
    """
    kind, _ = chrome_kind(text) or ("other", True)
    parts = [part for part in PIPES.split(text.strip()) if part.strip()]
    if len(parts) < 2 or any(chrome_kind(part) is None for part in parts):
        return [ChromeLine(kind, text.strip(), _address(text, links))]
    lines = []
    for part in parts:
        part_kind = chrome_kind(part)
        lines.append(
            ChromeLine(
                part_kind[0] if part_kind else "other",
                part.strip(),
                _address(part, links),
            )
        )
    return lines


def _address(text, links):
    bare = text.strip(DECORATION)
    for label, address in links:
        if label.strip(DECORATION) in (bare, text) or len(links) == 1:
            return address
    found = ADDRESS_AT_END.search(text.strip())
    return found[1].rstrip(".,;") if found else ""


def is_notice(text: str) -> bool:
    """Whether a paragraph is a copyright or permission notice, not a story's words."""
    if len(text) > 600:
        return False
    return bool(
        COPYRIGHT.match(text)
        or PERMISSION.match(text.strip())
        or END_MARK.fullmatch(text)
    )


def copyright_year(text: str) -> int | None:
    """The latest year of a copyright notice."""
    found = COPYRIGHT_YEAR.search(text[:600])
    return int(found[1]) if found else None
