"""The menus: what readers get of them, and the page on which editors order them."""

import json
import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from newsroom import menus
from newsroom.furniture import Furniture
from newsroom.menus import Line, merge
from newsroom.models import MenuItem, validate_link
from tests.factories import (
    NOON,
    make_article,
    make_menu,
    make_page,
    make_section,
    make_user,
)

URL = reverse("admin:newsroom_menuitem_changelist")
A, B, C, D = (Line(f"section-{number}") for number in (1, 2, 3, 4))


def bands_of(page):
    """Return the names of the home page's bands, in order."""
    html = page.content.decode()
    return re.findall(r'class="band".*?<bdi>(.*?)</bdi></a></h2>', html, re.DOTALL)


def sent(base=None, **arranged):
    """Return what the form sends: menus of (target or address, label)."""
    data, number = {}, 0
    for menu, lines in arranged.items():
        for position, (target, label) in enumerate(lines):
            is_link = not target.startswith(("section-", "page-"))
            data |= {
                f"row-{number}-menu": menu,
                f"row-{number}-target": "link" if is_link else target,
                f"row-{number}-address": target if is_link else "",
                f"row-{number}-label": label,
                f"row-{number}-position": position,
            }
            number += 1
    base = menus.take() if base is None else base
    return data | {"base": json.dumps(base)}


def labels(menu):
    return [link.label for link in getattr(Furniture(), menu)]


class ThePage(TestCase):
    def setUp(self):
        MenuItem.objects.all().delete()
        self.client.force_login(make_user("erin", "editor"))
        self.news, self.sport = make_section("News"), make_section("Sport")
        self.about = make_page("About", path="/about/")
        self.keys = [f"section-{s.pk}" for s in (self.news, self.sport)]
        self.page_key = f"page-{self.about.pk}"

    def test_puts_sections_pages_and_links_in_the_order_that_was_sent(self):
        news, sport = self.keys
        data = sent(
            header=[(sport, ""), (self.page_key, "Us"), (news, "")],
            footer=[("https://shop.example/", "Shop"), (news, "")],
        )
        self.client.post(URL, data)
        self.assertEqual(labels("header"), ["Sport", "Us", "News"])
        self.assertEqual(labels("footer"), ["Shop", "News"])
        page = self.client.get("/sections/sport/")
        self.assertContains(page, 'href="/sections/sport/" aria-current="page"')
        self.assertNotContains(page, 'href="/about/" aria-current')
        self.assertEqual(bands_of(self.client.get("/")), [])

    def test_removes_what_is_ticked_and_keeps_the_other_rows(self):
        make_menu(self.news, self.sport, self.about)
        kept = MenuItem.objects.get(section=self.sport).pk
        data = sent(header=[(key, "") for key in self.keys]) | {"row-0-remove": "1"}
        self.client.post(URL, data)
        self.assertEqual(labels("header"), ["Sport"])
        self.assertEqual(MenuItem.objects.get().pk, kept)

    def test_refuses_hostile_and_half_links_and_shows_what_was_typed(self):
        make_menu(self.news)
        for address, label in [
            ("javascript:alert(1)", "A"),
            ("JaVaScRiPt:alert(1)", "A"),
            ("java\tscript:alert(1)", "A"),
            ("data:text/html,x", "A"),
            ("//elsewhere.example/", "A"),
            ("/\\elsewhere.example/", "A"),
            ("https:///x", "A"),
            ("https://two words.example/", "A"),
            ("/archive/", ""),
            ("", "Lonely"),
            ("/" + "x" * 600, "A"),
            ("section-999999", ""),
        ]:
            with self.subTest(address=address):
                page = self.client.post(URL, sent(header=[(address, label)]))
                self.assertContains(page, "Nothing is saved yet")
                self.assertEqual(labels("header"), ["News"])

    def test_takes_what_is_in_the_box_to_add_without_its_button(self):
        data = sent(header=[(self.keys[0], "")]) | {
            "row-9-menu": "footer",
            "row-9-target": "link",
            "row-9-address": "/archive/",
            "row-9-label": "Archive",
        }
        self.client.post(URL, data)
        self.assertEqual(labels("footer"), ["Archive"])

    def test_a_target_stands_in_a_menu_once(self):
        news, _sport = self.keys
        self.client.post(URL, sent(header=[(news, "First"), (news, "Second")]))
        self.assertEqual(labels("header"), ["First"])

    def test_two_editors_are_merged_and_told(self):
        make_menu(self.news)
        base = menus.take()
        news, sport = self.keys
        self.client.post(URL, sent(header=[(news, ""), (sport, "")]))
        page = self.client.post(
            URL, sent(base, header=[(news, ""), (self.page_key, "")]), follow=True
        )
        self.assertEqual(labels("header"), ["News", "About", "Sport"])
        self.assertContains(page, "Merged with what")

    def test_two_labels_are_asked_and_nothing_is_lost(self):
        make_menu(self.news)
        base = menus.take()
        self.client.post(URL, sent(header=[(self.keys[0], "Today")]))
        page = self.client.post(URL, sent(base, header=[(self.keys[0], "Now")]))
        self.assertContains(page, "Somebody else called it “Today”")
        self.assertContains(page, 'value="Now"')
        self.assertEqual(labels("header"), ["Today"])
        base = json.loads(page.context["base"])
        self.client.post(URL, sent(base, header=[(self.keys[0], "Now")]))
        self.assertEqual(labels("header"), ["Now"])

    def test_garbage_is_no_error(self):
        for data in (
            {},
            {"base": "[]"},
            {"base": '{"header": 1, "footer": []}'},
            {"base": "x", "row-1-target": "section-1\0", "row-1-menu": "sidebar"},
            {"row-1-target": "page-" + "9" * 18, "row-1-menu": "header"},
        ):
            with self.subTest(data=data):
                self.assertLess(self.client.post(URL, data).status_code, 400)

    def test_shows_drafts_to_the_desk_and_not_to_readers(self):
        make_menu(make_page("Plans", is_published=False), self.about)
        self.assertContains(self.client.get(URL), "Draft: readers do not see it")
        self.assertEqual(labels("header"), ["About"])

    def test_query_count_does_not_grow_with_the_menus(self):
        make_menu(self.news)
        self.client.get(URL)
        with CaptureQueriesContext(connection) as few:
            self.client.get(URL)
        make_menu(*(make_section() for _ in range(8)), menu="footer")
        with CaptureQueriesContext(connection) as many:
            self.client.get(URL)
        self.assertEqual(len(few), len(many))

    def test_deleting_a_section_takes_its_lines_along(self):
        make_menu(self.news)
        self.client.force_login(make_user("pat", "publisher"))
        address = reverse("admin:articles_section_delete", args=[self.news.pk])
        self.assertContains(self.client.get(address), "menu")
        self.client.post(address, {"post": "yes"})
        self.assertEqual(labels("header"), [])

    def test_is_for_those_who_may(self):
        for group, status in [
            ("publisher", 200),
            ("contributor", 403),
            ("advertising manager", 403),
        ]:
            with self.subTest(group=group):
                self.client.force_login(make_user(group.split()[0], group))
                self.assertEqual(self.client.get(URL).status_code, status)
                if status == 403:
                    answer = self.client.post(URL, sent(header=[(self.keys[0], "")]))
                    self.assertEqual(answer.status_code, 403)
        self.client.logout()
        self.assertEqual(self.client.post(URL, {}).status_code, 302)
        self.assertEqual(MenuItem.objects.count(), 0)

    def test_other_addresses_of_it_lead_back(self):
        for name in ("change", "history", "delete"):
            address = reverse(f"admin:newsroom_menuitem_{name}", args=[1])
            self.assertRedirects(self.client.get(address), URL)


class TheBands(TestCase):
    def test_are_the_headers_sections_in_its_order(self):
        valley, sport, hidden = (make_section(n) for n in ("Valley", "Sport", "Hidden"))
        schools = make_section("Schools", parent=valley)
        make_menu(sport, schools, make_page("About"), valley)
        make_menu(hidden, menu="footer")
        for _ in range(11):
            make_article(section=hidden)
        for section in (valley, sport, schools, hidden):
            make_article(section=section, published_at=NOON - timedelta(days=9))
        # Schools stands under Valley, whose band shows its stories.
        self.assertEqual(bands_of(self.client.get("/")), ["Sport", "Valley"])


class Merging(TestCase):
    def test_cases(self):
        named = Line(A.target, "Alpha")
        other = Line(A.target, "Aleph")
        cases = [
            ("mine alone", [A, B], [A, B], [B, A], [B, A]),
            ("theirs alone", [A, B], [B, A], [A, B], [B, A]),
            ("both put in", [A], [A, B], [A, C], [A, B, C]),
            ("both took out", [A, B, C], [B, C], [A, B], [B]),
            ("put in and ordered", [A, B], [A, C, B], [B, A], [B, A, C]),
            ("two orders: mine", [A, B, C], [B, A, C], [C, B, A], [C, B, A]),
            ("called and ordered", [A, B], [B, A], [named, B], [B, named]),
            ("taken out but called", [A, B], [B], [named, B], [named, B]),
        ]
        for name, base, theirs, mine, wanted in cases:
            with self.subTest(name):
                got, clashes = merge(base, theirs, mine)
                self.assertEqual(sorted(got), sorted(wanted))
                self.assertEqual(clashes, {})
                if "put in" not in name:
                    self.assertEqual(got, wanted)
        _merged, clashes = merge([A], [other], [named])
        self.assertEqual(clashes, {A.target: "Aleph"})


class TheTable(TestCase):
    def test_holds_exactly_one_target(self):
        section, page = make_section(), make_page()
        for fields in (
            {},
            {"section": section, "page": page},
            {"section": section, "address": "/x/"},
            {"address": "/x/"},
        ):
            with (
                self.subTest(fields=fields),
                self.assertRaises(IntegrityError),
                transaction.atomic(),
            ):
                MenuItem.objects.create(menu="header", **fields)

    def test_takes_paths_and_web_addresses(self):
        for address in ("/archive/", "https://example.org", "HTTP://a.example/b?c#d"):
            validate_link(address)
        for address in ("archive/", "mailto:a@b.example", "vbscript:x", "https://", ""):
            with self.subTest(address=address), self.assertRaises(ValidationError):
                validate_link(address)


@pytest.mark.django_db(transaction=True)
def test_the_flags_become_rows_and_flags_again():
    """The data of sites from before the menus had rows, there and back."""
    before = [("articles", "0016_page_desk"), ("newsroom", "0003_menu_item")]
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        executor = MigrationExecutor(connection)
        executor.migrate(before)
        apps = executor.loader.project_state(before).apps
        section, page = (apps.get_model("articles", n) for n in ("Section", "Page"))
        section.objects.create(name="B", slug="b", position=2)
        top = section.objects.create(name="A", slug="a", position=1)
        section.objects.create(name="Under", slug="under", parent=top)
        section.objects.create(name="Off", slug="off", is_in_menu=False)
        page.objects.create(path="/p/", title="P", is_in_header=True)
        executor = MigrationExecutor(connection)
        executor.migrate(newest)
        assert labels("header") == ["A", "B", "P"]
        assert labels("footer") == ["P", "Archive", "Authors", "Subjects"]
        executor = MigrationExecutor(connection)
        executor.migrate(before)
        flags = dict(section.objects.values_list("slug", "is_in_menu"))
        assert flags == {"a": True, "b": True, "under": False, "off": False}
        assert page.objects.get().is_in_footer
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(newest)
