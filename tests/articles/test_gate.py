from datetime import timedelta

from django.test import TestCase, override_settings
from django.utils import timezone

from articles import gate, publishing, revisions
from articles.models import Article, PublishCheck, Revision
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_page,
    make_picture,
    make_section,
    make_user,
)

Status = Article.Status
QUOTE = "<blockquote><p>It rained.</p><footer><cite>Ada</cite></footer></blockquote>"
TEXT = "<p>It rained on Tuesday.</p>"


def make_sound_draft(headline="Rain", **fields):
    """A draft in which no check finds anything."""
    fields.setdefault("body", TEXT)
    fields.setdefault("standfirst", "It came on Tuesday.")
    fields.setdefault("status", Status.DRAFT)
    if "section" not in fields:
        fields["section"] = make_section()
    return make_article(headline, authors=[make_author()], **fields)


def checks_of(article, at=None):
    return [finding.check for finding in gate.findings(article, at)]


def anchors_of(article):
    return [finding.anchor for finding in gate.findings(article)]


class WhatIsFound(TestCase):
    def test_a_sound_story_passes_every_check(self):
        story = make_sound_draft(
            body=f"{TEXT}<h2>Then</h2>{QUOTE}<h3>Later</h3><h2>End</h2>",
            lead_picture=make_picture(),
        )
        self.assertEqual(gate.findings(story), [])
        lines = gate.checklist(story)
        self.assertEqual(len(lines), len(gate.CHECKS))
        self.assertEqual({line.state for line in lines}, {"ok"})

    def test_each_check_finds_its_own_and_nothing_else(self):
        long = "x" * (gate.MAX_STANDFIRST + 1)
        cases = [
            ({"headline": "x" * (gate.MAX_HEADLINE + 1)}, "headline_length"),
            ({"standfirst": ""}, "standfirst"),
            ({"standfirst": long}, "standfirst"),
            ({"body": ""}, "text"),
            ({"section": None}, "section"),
            ({"body": TEXT + "<h2>A</h2><h4>B</h4>"}, "heading_order"),
            ({"body": TEXT + "<h3>B</h3>"}, "heading_order"),
            ({"body": TEXT + "<blockquote><p>Rain</p></blockquote>"}, "quotation"),
            ({"body": TEXT + '<p><a href="#">here</a></p>'}, "empty_link"),
            ({"embargo_until": timezone.now() + timedelta(hours=1)}, "embargo"),
            ({"embargo_until": timezone.now() - timedelta(hours=1)}, ()),
        ]
        for fields, expected in cases:
            with self.subTest(fields=fields):
                found = checks_of(make_sound_draft(**fields))
                self.assertEqual(found, [expected] if expected else [])
