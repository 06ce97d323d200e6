"""How much of a page was read right: the words of its body, and its particulars."""

import html
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

WORD = re.compile(r"\w+")
TAG = re.compile(r"<[^>]*>")


def words_of(text):
    return Counter(WORD.findall(text.casefold()))


def body_f1(wanted: str, found: str) -> float:
    """Return F1 of two texts' words, as bags: order does not count, numbers do."""
    wanted, found = words_of(wanted), words_of(found)
    common = (wanted & found).total()
    if not common:
        return 0.0
    precision, recall = common / found.total(), common / wanted.total()
    return 2 * precision * recall / (precision + recall)


def text_of(body_html):
    return html.unescape(TAG.sub(" ", body_html))


def is_same(wanted, found):
    return WORD.findall(wanted.casefold()) == WORD.findall(found.casefold())


@dataclass
class Scores:
    """Scores of many pages, by what was scored; each from 0 to 1."""

    by_name: dict = field(default_factory=lambda: defaultdict(list))

    def add(self, story, text):
        scores = {
            "body": body_f1(" ".join(text.paragraphs), text_of(story.body_html)),
            "title": is_same(text.headline, story.headline),
            "byline": any(is_same(text.author, one.name) for one in story.credits),
            "date": bool(story.published)
            and story.published.moment.isoformat()[:10] == text.day.isoformat(),
        }
        for name, score in scores.items():
            self.by_name[name].append(float(score))
        return scores

    def mean(self, name):
        return sum(self.by_name[name]) / len(self.by_name[name])
