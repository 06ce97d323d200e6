"""Links to other stories within a page's text: a heading, and what stands under it."""

import re
from collections.abc import Iterable, Sequence

from .addresses import site_of
from .authorbox import closing_names
from .blocks import Block
from .marks import visible

HEADINGS = ("h2", "h3", "h4")
LONGEST_HEADING = 70
LONGEST_LABEL = 40
LONGEST_TEASER = 400
LINKED = 0.6  # of the letters of an entry
LONGEST_ENTRY = 200
# A heading of this kind says nothing but what follows.
HEADING = re.compile(
    r"\W*(?:related(?: (?:stories|articles|links|posts|content|topics|coverage"
    r"|videos))?|see also|also (?:by|see)|read (?:also|next|more)|what to read next"
    r"|up next|more (?:from|by|on|stories|columns|articles|news)\b.{0,50}"
    r"|other (?:articles|columns|stories|essays)\b.{0,40}|recent (?:posts|columns"
    r"|articles)|you (?:may|might) (?:also )?(?:like|be interested in)|most (?:read"
    r"|popular|viewed)|(?:top|popular|sponsored|trending) (?:stories|posts|articles"
    r"|videos)|(?:around|from) the web|editor[’']?s[’']? picks|previous columns"
    r"|in this section|latest (?:news|stories|videos)|links|recommended(?: (?:for you"
    r"|stories|reading))?|mehr (?:zum thema|zu|aus|von|über|dazu)\b.{0,50}|(?:lesen"
    r"|sehen) sie auch|lies auch|auch interessant|auch auf [\w.]{2,40}|passend dazu"
    r"|links zum (?:thema|artikel)|(?:das|dieses? thema"
    r"|diese artikel)? ?könnten? (?:sie|dich|euch) auch interessieren"
    r"|das thema könnte (?:sie|dich|euch) auch interessieren|(?:verwandte|ähnliche"
    r"|weitere|neueste|aktuelle|beliebte)[rsn]? (?:themen|artikel|beiträge|nachrichten"
    r"|meldungen|videos|news)\b.{0,40}|topmeldungen|meistgelesen(?:e artikel)?"
    r"|empfehlungen(?: der redaktion)?|(?:à )?(?:lire|voir) (?:aussi|également)|(?:sur"
    r"|dans) (?:le|la) même (?:sujet|thème|rubrique|catégorie)|articles? (?:liés?"
    r"|similaires?|recommandés?|connexes?)|(?:les )?plus (?:lus|populaires)"
    r"|noticias relacionadas|te puede interesar|artículos relacionados"
    r"|temas relacionados|más (?:noticias|sobre|información)\b.{0,40}|lo más (?:leído"
    r"|visto)|ver también|lee también|leggi anche|(?:articoli|notizie) correlat[ie]"
    r"|potrebbe interessarti(?: anche)?|leia (?:também|mais)|(?:notícias"
    r"|artigos) relacionad[oa]s|veja também|mais lidas|lees ook|lees (?:meer|verder)"
    r"|gerelateerd(?:e (?:artikelen|berichten))?|meest gelezen|läs (?:också|mer|även)"
    r"|relaterat|les også|læs også|czytaj (?:też|także|również)|zobacz (?:też|także"
    r"|również)|powiązane(?: artykuły)?|читайте также|по теме|похожие (?:статьи"
    r"|материалы)|материалы по теме|ilgili haberler|διαβάστε (?:επίσης|ακόμα)"
    r"|اقرأ أيضا|مواضيع ذات صلة|เรื่องที่เกี่ยวข้อง|関連(?:記事|リンク|ニュース)"
    r"|相关(?:阅读|新闻|文章|链接)|延伸阅读|推荐阅读|관련 ?(?:기사|뉴스))\W*",
    re.IGNORECASE,
)


def without_related(
    blocks: Sequence[Block], base: str = ""
) -> tuple[list[Block], list[str]]:
    """Return the blocks without such headings and their entries, and these texts.

    ``base`` is the page's own address: what leads to other sites is the author's list.
    """
    kept, left_out, at = [], [], 0
    while at < len(blocks):
        is_heading = announces_others(blocks[at])
        end = _end_of_entries(blocks, at) if is_heading else at
        if end > at and not leads_out(_hrefs(blocks[at:end]), base):
            left_out += [visible(block.text).strip() for block in blocks[at:end]]
            at = end
            continue
        kept.append(blocks[at])
        at += 1
    return kept, [text for text in left_out if text]


def announces_others(block: Block) -> bool:
    """Say whether a block is the heading of a list of other stories."""
    return block.kind in ("p", *HEADINGS) and is_heading(visible(block.text).strip())


def is_heading(text: str) -> bool:
    """Say whether words announce other stories, and nothing else."""
    return len(text) <= LONGEST_HEADING and bool(HEADING.fullmatch(text))


def leads_out(hrefs: Iterable[str], base: str) -> bool:
    """Say whether links lead to other sites only.

    Where the page's own address is not known, they have to lead to several.
    """
    sites, own = set(map(site_of, hrefs)), site_of(base)
    return not sites & {"", own} and len(sites) >= (1 if own else 2)


def _end_of_entries(blocks, at):
    """Return where the entries below a heading end; the heading's own place for none.

    An entry is linked, as a whole or for the most part. It may have a label above it,
    and a word on it below where it is a heading. Where the story is over, all that
    follows are entries, but for a box about the author.
    """
    letters = [len(visible(block.text).strip()) for block in blocks]
    rest = range(at + 1, _where_story_goes_on(blocks, at))
    is_closing = (
        2 * sum(letters[number] for number in rest) < sum(letters[:at])
        and any(_leads(blocks[number]) for number in rest)
        and not any(
            letters[number] > LONGEST_TEASER and not _leads(blocks[number])
            for number in rest
        )
    )
    end = at
    for number in rest:
        block, before = blocks[number], blocks[number - 1]
        if block.kind in ("figure", "hr"):
            continue
        if is_closing:
            if closing_names(block.text):
                break
            end = number
        elif _leads(block):
            end = number
        else:
            is_teaser = end == number - 1 > at and before.kind in HEADINGS
            most = LONGEST_TEASER if is_teaser else LONGEST_LABEL
            if block.kind not in ("p", *HEADINGS) or letters[number] > most:
                break
    return end + 1 if end > at else at


def _where_story_goes_on(blocks, at):
    """Return where paragraphs follow that are no words on an entry.

    One that stands below a list, or a second one.
    """
    first, is_list = None, False
    for number in range(at + 1, len(blocks)):
        block = blocks[number]
        if _leads(block):
            first, is_list = None, block.kind in ("ul", "ol")
        elif block.is_told:
            if is_list or first is not None:
                return number if first is None else first
            first = number
    return len(blocks)


def _hrefs(blocks):
    return [href for block in blocks for _label, href in block.links]


def _leads(block):
    letters = len(visible(block.text).strip())
    inside = sum(len(label.strip()) for label, _href in block.links)
    if block.kind not in ("ul", "ol") and letters > LONGEST_ENTRY:
        return False
    return bool(block.links) and inside >= LINKED * letters
