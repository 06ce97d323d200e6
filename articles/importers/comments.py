"""What readers wrote below a story: told by the page's marks, or by a heading."""

import re
from collections.abc import Sequence
from itertools import pairwise

from .blocks import Block
from .marks import visible

WORD = (
    r"(?:comments?|kommentare?|comentarios?|commentaires?|commenti|coment[aá]rios"
    r"|reacties"
    r"|r[eé]actions?|kommentarer|kommentit|komentarze|komentar[ie]|yorumlar|комментари[ия]"
    r"|коментар[иі]|σχόλια|التعليقات|تعليقات|コメント|评论|評論|댓글)"
)
# Names of the element around them all, and of what is in it.
MARK = re.compile(
    r"(?:(?!no-|has-|with-|hide-|show-)[a-z0-9]+[-_])*(?:(?:comments|kommentare"
    r"|comentarios|commentaires|commenti|reacties|komentarze|reader-?comments"
    r"|usercomments|commentlist|disqus(?:[-_]thread)?|livefyre|respond|fb-comments"
    r"|talkback)(?:[-_]?(?:liste?|area|section|wrap|wrapper|container|block|box|thread"
    r"|main|content|inner|outer|holder|region|node|pane|panel|template|\d+))*"
    r"|(?:comment|kommentar|comentario|commentaire)[-_]?(?:list|area|section|wrap"
    r"|wrapper|container|box|thread|body|content|text|form|holder|item|entry|reply"
    r"|\d+))",
    re.IGNORECASE,
)
# "12 Comments", "Readers' Comments (718)", "Comments are closed.", "Leave a comment".
HEADING = re.compile(
    rf"\W*(?:\d{{1,6}}\W{{1,4}})?(?:(?:readers?|users?|your|all|latest|recent|alle"
    rf"|neueste|ihre?|deine?|vos|les|los|tus|i|leave a|post a|add a|write a|view|show"
    rf"|hide)[’']?s?[’']?\W+)?{WORD}(?:\W*\(?\d{{1,6}}\)?| (?:are|is"
    rf"|have been) (?:now )?(?:closed|disabled|off)| (?:to|on|zu|à|sur|a|sobre|su"
    rf"|op)\b.{{1,120}}| \W*¿?quieres comentar\b.{{0,60}})?\W*"
    r"|(?:\d{1,6}|one|no) (?:responses?|repl(?:y|ies)|thoughts?|comments?) (?:to|on"
    r"|for)\b.{1,160}|leave a (?:reply|response)\W*(?:cancel reply)?"
    r"|join the (?:discussion|conversation)\W*|(?:ihre|deine) meinung\W*"
    r"|schreibe? einen kommentar\W*",
    re.IGNORECASE,
)
HEADINGS = ("h2", "h3", "h4")
LONGEST_HEADING = 160
LEAST_STORY = 200  # letters
LONGEST_SIGN = 120
POST = re.compile(r"(?:posted|published|this entry|filed|written) ", re.IGNORECASE)
# What the lines around a reader's words say: who wrote them, when, how to answer.
SIGN = re.compile(
    r"\d{1,2}[:.h]\d{2}\b|\b\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})\b"
    r"|\b(?:says?|said|wrote|writes|posted|replied|schrieb|schreibt|sagte?|meinte?"
    r"|a écrit|dit|dijo|dice|escribió|ha scritto|scrive|schreef|zegt|napisała?|pisze"
    r"|пишет|написала?)\b.{0,40}[:：…]$|さん[:：]?$"
    r"|\b(?:repl(?:y|ies)|respond|respuestas?|responder|répondre|antworten|rispondi"
    r"|beantwoorden|odpowiedz|ответить|permalink|flag|upvote|likes?)$|返信"
    r"|\bago\b|\bvor \d|\bil y a \d|\bhace \d|\d \w+ fa\b|\d \w+ geleden\b"
    r"|(?:required|not) (?:fields|be published)|\bcomments?\b|\bmoderat"
    r"|\b(?:log|sign|einge)[- ]?(?:in|loggt)\b|anmelden|connect(?:er|ez)"
    r"|^(?:your )?(?:name|e-?mail|website)\b|@\w|^#?\d{1,4}[.)]?$|^anonymous|^posted",
    re.IGNORECASE,
)
AREAS = ("div", "section", "ol", "ul", "aside", "table", "form", "dl", "article")


def comments(tree, words: dict, linked: dict) -> set:
    """Return the elements in which readers have their say.

    One that holds a headline is the page of a comment, as opinions are called, and a
    page that has nothing else is a page of comments.
    """
    found = set()
    for element in tree.iter(*AREAS):
        marks = f"{element.get('id') or ''} {element.get('class') or ''}".split()
        if not any(MARK.fullmatch(mark) for mark in marks):
            continue
        is_story = next(element.iter("h1"), None) is not None or any(
            "articlebody" in (one.get("itemprop") or "").lower()
            for one in element.iter("div", "section", "article")
        )
        if not is_story:
            found.add(element)
    outermost = {one for one in found if found.isdisjoint(one.iterancestors())}
    of_links = linked.get(tree, 0) - sum(linked.get(one, 0) for one in outermost)
    beside = words.get(tree, 0) - sum(words.get(one, 0) for one in outermost) - of_links
    return outermost if beside >= LEAST_STORY else set()


def without_comments(blocks: Sequence[Block]) -> tuple[list[Block], list[str]]:
    """Return what stands above the heading of the readers' comments, and what it is.

    A story has parts of that name as well: what readers wrote has their names, and when
    they did, between their words.
    """
    texts = [visible(block.text).strip() for block in blocks]
    headings, letters = [], 0
    for at, (block, text) in enumerate(zip(blocks, texts, strict=True)):
        is_short = block.kind in ("p", *HEADINGS) and len(text) <= LONGEST_HEADING
        if letters >= LEAST_STORY and is_short and HEADING.fullmatch(text):
            headings.append(at)
        letters += len(text)
    for at, end in pairwise([*headings, len(blocks)]):
        below = blocks[at + 1 : end]
        longest = max(map(len, texts[at + 1 :]), default=0)
        is_told = any(block.is_told for block in blocks[at + 1 :])
        if longest <= LONGEST_SIGN and not is_told:
            return list(blocks[:at]), []
        if _are_by_readers(below):
            first = next((text for text in texts[at + 1 : end] if text), "")
            return list(blocks[:at]), [f"{texts[at]}: {first}"]
    return list(blocks), []


def _are_by_readers(blocks):
    signs = [
        line.strip()
        for block in blocks
        for line in visible(block.text).split("\n")
        if len(line) <= LONGEST_SIGN and SIGN.search(line.strip())
    ]
    # The story's own, below several paragraphs of it.
    is_own = sum(block.is_told for block in blocks) > 1 and POST.match(" ".join(signs))
    return len(signs) > 1 or (len(signs) == 1 and not is_own)
