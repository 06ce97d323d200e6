"""Lines within a story that call its readers elsewhere: adverts, links, letters."""

import re
from collections import Counter

from .blocks import Block
from .marks import visible

HEADINGS = ("h2", "h3", "h4")
LONGEST_CALL = 260
ADVERT = re.compile(
    r"[\W_]*(?:(?:skip )?advertise?ments?|sponsored links?|skip promotion"
    r"|(?:the )?(?:story|article|text|post) continues(?: (?:after|below)(?: \w+){0,3})?"
    r"|(?:continue|keep) reading below|scroll(?: down)? to continue(?: \w+){0,3}"
    r"|after newsletter promotion|anzeige|werbung|publicit[ée]|publicidad|pubblicità"
    r"|publicidade|advertentie|reklam[ae]?|реклама|annons|annonce|広告|广告)[\W_]*",
    re.IGNORECASE,
)
# Before a link to another story: "Read more: Why the Lido May Never Reopen".
OTHER_STORY = re.compile(
    r"[\W_]*(?:read(?: \w+)? (?:more|also|next|on|the full story)|also read"
    r"|more(?: from us| on this| stories)?|see(?: also| more)?|related(?: \w+)?"
    r"|watch(?: \w+)?|listen(?: now)?|don[’']t miss|must[- ]read|recommended"
    r"|you may (?:also )?like|in depth|explore more|(?:lesen|sehen) sie auch"
    r"|mehr (?:zum thema|dazu)|lees (?:ook|meer)|(?:à )?lire aussi|leggi anche"
    r"|lea (?:también|más)|lee también|te puede interesar|leia (?:também|mais)"
    r"|läs (?:också|mer)|les også|læs også|czytaj (?:też|także)|читайте также"
    r"|関連記事|相关阅读)[\s\xa0]*[:：>»→|–—-]?[\s\xa0]*",
    re.IGNORECASE,
)
TO_WHAT = (
    r"\b(?:newsletters?|inbox|e-?mail alerts?|mailing list|subscri(?:be|bers?|ption)"
    r"|our (?:app|podcast|news (?:page|team))|our (?:free|daily|weekly) e-?mails?"
    r"|(?:on|us on) (?:facebook|twitter|x|instagram|telegram|whatsapp|youtube"
    r"|flipboard|google news|apple news)|a story (?:for us|to share|to tell)"
    r"|e-?mailing us)\b.*"
)
CALL = re.compile(
    r"[\W_]*(?:skip past newsletter promotion|privacy notice:? newsletters?\b.*"
    r"|(?:sign up|subscribe|follow|like|join|download|e-?mail|contact|send|share"
    r"|support|become|enjoying|never miss|check out|click|tap|get|take"
    r"|not a subscriber|already a subscriber)\b.*?" + TO_WHAT + r")",
    re.IGNORECASE | re.DOTALL,
)
FOREIGN_CALL = re.compile(
    r"[\W_]*(?:melden sie sich|abonnieren sie|jetzt abonnieren|folgen sie uns"
    r"|folge uns|bestellen sie|abonnez-vous|inscrivez-vous|recevez|suivez[ -]nous"
    r"|devenez fan|suscr[ií]b[ea](?:te|se)|recib[ae]|s[ií]g(?:ue|a)nos|iscriviti"
    r"|iscrivetevi|ricevi|seguici|inscreva-se|receba|assine|siga-nos|schrijf je in"
    r"|meld je aan|volg ons|prenumerera|подпишитесь|подписывайтесь|zapisz się"
    r"|abone ol)\b.{0,200}?(?:newsletter|bolet[ií]n|infolettre|lettre d|nieuwsbrief"
    r"|nyhetsbrev|рассылк|bülten|telegram|facebook|whatsapp|instagram|twitter|correo"
    r"|e-?mail|youtube|rss)",
    re.IGNORECASE | re.DOTALL,
)
# These begin sentences of a story, too: they are calls with a link in them.
LINKED_CALL = re.compile(
    r"[\W_]*(?:to|for|want|do you|have you|if you|are you|got|stay|keep up|listen to)"
    r"\b.*?" + TO_WHAT,
    re.IGNORECASE | re.DOTALL,
)
# What somebody did or said is told, and calls nobody.
TOLD = re.compile(
    r"\b(?:was|were|had|did|said|says|told|wrote|asked|he|she|his|him|sagte|stand|rief"
    r"|hatte|war|disait|était|avait|dijo|había|disse|aveva|zei|schreef)\b",
    re.IGNORECASE,
)
US = re.compile(r"\b(?:our|us|we)\b", re.IGNORECASE)
LEAST_EQUAL = 3


def without_calls(blocks: list[Block]) -> tuple[list[Block], list[str]]:
    """Return the story's own blocks, and the texts of the others.

    A call is a paragraph or a heading of its own.
    """
    texts = [visible(block.text).strip() for block in blocks]
    linked = Counter(
        text
        for block, text in zip(blocks, texts, strict=True)
        if _is_all_link(block, text) and len(text.split()) <= 5
    )
    kept, calls = [], []
    for block, text in zip(blocks, texts, strict=True):
        if _is_call(block, text) or linked[text] >= LEAST_EQUAL:
            calls.append(text)
        else:
            kept.append(block)
    while kept and kept[-1].kind in HEADINGS and len(kept) > 1:
        # What stood below it was furniture.
        calls.append(visible(kept.pop().text).strip())
    return kept, calls


def _is_call(block, text):
    if block.kind not in ("p", *HEADINGS) or not 0 < len(text) <= LONGEST_CALL:
        return False
    if len(text) <= 60 and ADVERT.fullmatch(text):
        return True
    if block.links and (found := OTHER_STORY.match(text)):
        rest = text[found.end() :].strip()
        inside = sum(len(label.strip()) for label, _href in block.links)
        if rest and inside >= 0.7 * len(rest) and not text[found.end() :][0].islower():
            return True
    if block.is_told and TOLD.search(text):
        return False
    if block.links and LINKED_CALL.fullmatch(text):
        return True
    if FOREIGN_CALL.match(text):
        return True
    # Without a link, or a word of the paper's own, it may be what somebody wrote.
    return bool((block.links or US.search(text)) and CALL.fullmatch(text))


def _is_all_link(block, text):
    return len(block.links) == 1 and block.links[0][0].strip() == text
