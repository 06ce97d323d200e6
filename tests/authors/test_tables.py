import io
from itertools import chain

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.test import TestCase
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase
from openpyxl import load_workbook

from authors.models import Author, AuthorAlias, AuthorLink
from authors.sheets import Sheet, read_sheet, write_csv, write_xlsx
from authors.table_plans import make_plan
from authors.tables import AuthorTable, line_of
from tests.authors.test_sheets import WILD, texts, upload
from tests.factories import make_author, make_user

IMPORT = reverse("admin:authors_author_import")
EXPORT = reverse("admin:authors_author_export")
CSV = reverse("admin:authors_author_table", args=["csv"])
XLSX = reverse("admin:authors_author_table", args=["xlsx"])
LIST = reverse("admin:authors_author_changelist")


def stored():
    """Return everything that is stored about authors."""
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Author, AuthorLink, AuthorAlias)
    ]


def plan_of(header, *rows):
    sheet = Sheet(list(header), [(n, list(row)) for n, row in enumerate(rows, start=2)])
    return make_plan(AuthorTable(), sheet, make_user(is_superuser=True))


def problems(plan):
    return [(d.number, *problem) for d in plan.drafts for problem in d.problems]


class TablePage(TestCase):
    """An editor at the pages of the authors' table."""

    def setUp(self):
        self.user = make_user("erin", "editor")
        self.client.force_login(self.user)

    def preview(self, text, name="authors.csv"):
        return self.client.post(IMPORT, {"file": upload(text, name)})

    def apply(self, page):
        return self.client.post(IMPORT, {"packed": page.context["packed"]}, follow=True)

    def rows(self, url):
        content = self.client.get(url).content
        sheet = read_sheet(ContentFile(content, name="x"))
        return [dict(zip(sheet.header, cells, strict=True)) for _n, cells in sheet.rows]


class Export(TablePage):
    def test_says_in_an_editors_words_what_is_known_of_an_author(self):
        ada = make_author(
            "Ada Lindqvist", tagline="Columnist", email="ada@x.org", lives_in="Oslo"
        )
        ada.aliases.create(name="A. Lindquist")
        ada.aliases.create(name="Ada; the first")
        ada.links.create(kind="book", title="Ice | Snow", role="editor", position=1)
        ada.links.create(kind="blog", url="https://notes.example/")
        (row,) = self.rows(CSV)
        self.assertEqual(
            row,
            {
                "name": "Ada Lindqvist",
                "sort name": "Lindqvist, Ada",
                "slug": "ada-lindqvist",
                "tagline": "Columnist",
                "bio": "",
                "lives in": "Oslo",
                "e-mail": "ada@x.org",
                "show e-mail": "no",
                "contact": "",
                "links": "blog | https://notes.example/\nbook | Ice \\| Snow | editor",
                "other spellings": "A. Lindquist; Ada\\; the first",
            },
        )
        self.assertEqual(self.rows(XLSX), [row])

    def test_takes_what_the_list_shows_and_no_more(self):
        make_author("Ada Lindqvist").aliases.create(name="Ada L.")
        make_author("Ben Okafor")
        page = self.client.get(LIST, {"q": "lindqvist", "p": "1"})
        self.assertContains(page, f'href="{EXPORT}?q=lindqvist"')
        self.assertContains(self.client.get(f"{EXPORT}?q=lindqvist"), "One row, found")
        self.assertContains(self.client.get(EXPORT), "2 rows, the whole list")
        names = [row["name"] for row in self.rows(f"{CSV}?q=ada")]
        self.assertEqual(names, ["Ada Lindqvist"])

    def test_formulae_leave_as_text(self):
        make_author("=cmd|' /C calc'!A0", tagline="@handle")
        content = self.client.get(CSV).content.decode("utf-8-sig")
        self.assertIn("\"'=cmd|", content)
        self.assertNotIn('"=cmd', content)
        book = load_workbook(io.BytesIO(self.client.get(XLSX).content))
        self.assertEqual(book.active["A2"].data_type, "s")
        self.assertEqual(book.active["A2"].value, "=cmd|' /C calc'!A0")

    def test_whoever_may_only_look_gets_no_private_address(self):
        make_author("Ada", email="secret@x.org")
        make_author("Ben", email="public@x.org", is_email_public=True)
        self.client.force_login(make_user("carl", "contributor"))
        for url in (CSV, XLSX):
            rows = self.rows(url)
            self.assertEqual([row["e-mail"] for row in rows], ["", "public@x.org"])
            self.assertNotIn("contact", rows[0])
            self.assertNotIn("show e-mail", rows[0])

    def test_needs_the_right_to_see_the_list(self):
        self.client.force_login(make_user("adam", "advertising manager"))
        for url in (EXPORT, CSV, XLSX, IMPORT):
            self.assertEqual(self.client.get(url).status_code, 403)

    def test_has_no_other_kinds_of_file_and_no_filters_that_mean_nothing(self):
        bad = reverse("admin:authors_author_table", args=["html"])
        self.assertEqual(self.client.get(bad).status_code, 404)
        self.assertEqual(self.client.get(f"{CSV}?nonsense=a").status_code, 404)

    def test_no_filter_tells_an_address_that_may_not_be_seen(self):
        make_author("Ada", email="secret@x.org")
        url = f"{CSV}?email__startswith=s"
        self.assertEqual(len(self.rows(url)), 1)
        self.client.force_login(make_user("carl", "contributor"))
        for guess in (url, f"{LIST}?email__startswith=s", f"{LIST}?user__id=1"):
            self.assertEqual(self.client.get(guess).status_code, 400)

    def test_a_text_too_long_for_excel_is_said_and_not_cut(self):
        make_author("Ada", bio="x" * 40_000)
        page = self.client.get(XLSX, follow=True)
        self.assertContains(page, "Take CSV instead")
        self.assertEqual(len(self.rows(CSV)[0]["bio"]), 40_000)


class Import(TablePage):
    def test_previews_and_writes_nothing_before_it_is_applied(self):
        ada = make_author("Ada Lindqvist", lives_in="Oslo", tagline="Columnist")
        make_author("Ben Okafor")
        text = "slug;name;lives in;tagline\nada-lindqvist;;Bergen;\n"
        text += "ben-okafor;;;\n;New One;Rome;\n"
        before = stored()
        page = self.preview(text)
        self.assertEqual(stored(), before)
        self.assertContains(page, "<b>1</b> new", html=False)
        self.assertContains(page, "before: </span>Oslo</del>")
        self.assertContains(page, "after: </span>Bergen</ins>")
        self.assertNotContains(page, "Columnist")
        done = self.apply(page)
        self.assertContains(
            done, "Imported: 1 row is new, 1 was changed; 1 stayed as they were."
        )
        ada.refresh_from_db()
        self.assertEqual((ada.lives_in, ada.tagline), ("Bergen", "Columnist"))
        new = Author.objects.get(name="New One")
        self.assertEqual((new.slug, new.sort_name), ("new-one", "One, New"))
        self.assertIsNone(new.user)
        self.assertEqual(LogEntry.objects.count(), 2)

    def test_an_export_imported_changes_nothing(self):
        for number, name in enumerate([*WILD, "Ada", "Ada", "Zoë O’Neil", "e\u0301"]):
            author = make_author(name, bio=f"{name}\r\n\r\n- one", tagline=name)
            author.aliases.create(name=f"{name}{number}")
            author.links.create(kind="book", title=f"a|b {name}", publisher="\\|")
            author.links.create(kind="other", title="https://not.the/address")
        before = stored()
        for url in (CSV, XLSX):
            content = self.client.get(url).content
            page = self.preview(content)
            plan = page.context["plan"]
            self.assertEqual(problems(plan), [])
            self.assertEqual([d.changes for d in plan.drafts if d.changes], [])
            self.assertEqual(len(plan.same), len(WILD) + 4)
            self.assertContains(page, "there is nothing to apply")
            self.assertNotIn("packed", page.context)
        self.assertEqual(stored(), before)

    def test_links_are_the_list_in_the_cell_and_spellings_are_only_added(self):
        ada = make_author("Ada")
        kept = ada.links.create(kind="blog", url="https://notes.example/")
        ada.links.create(kind="book", title="Old", position=1)
        ada.aliases.create(name="A.")
        page = self.preview(
            'name,links,other spellings\nAda,"book | New | editor\n'
            'blog | https://notes.example/",Ada B.; ada b.\n'
        )
        self.assertContains(page, "“A.” stays")
        self.apply(page)
        self.assertEqual(
            [line_of(link) for link in ada.links.all()],
            ["book | New | editor", "blog | https://notes.example/"],
        )
        self.assertTrue(ada.links.filter(pk=kept.pk).exists())
        self.assertEqual([a.name for a in ada.aliases.all()], ["A.", "Ada B."])

    def test_one_mistake_holds_everything_back(self):
        page = self.preview("name,e-mail\nAda,ada@x.org\nBen,nonsense\n")
        self.assertContains(page, "Row 3")
        self.assertContains(page, "Enter a valid email address.")
        self.assertContains(page, "Nothing was written")
        self.assertNotIn("packed", page.context)
        self.assertFalse(Author.objects.exists())

    def test_what_changed_since_the_preview_is_previewed_again(self):
        ada = make_author("Ada", lives_in="Oslo")
        page = self.preview("name,lives in\nAda,Bergen\n")
        Author.objects.update(lives_in="Rome")
        again = self.apply(page)
        self.assertContains(again, "Nothing was written: something changed")
        self.assertContains(again, "before: </span>Rome</del>")
        ada.refresh_from_db()
        self.assertEqual(ada.lives_in, "Rome")
        self.apply(again)
        ada.refresh_from_db()
        self.assertEqual(ada.lives_in, "Bergen")

    def test_a_preview_that_was_tampered_with_or_is_anothers_is_refused(self):
        packed = self.preview("name\nAda\n").context["packed"]
        other = make_user("olga", "editor")
        for user, sent in [
            (self.user, packed[:-3] + "abc"),
            (self.user, "../../etc/passwd"),
            (self.user, ""),
            (other, packed),
        ]:
            self.client.force_login(user)
            page = self.client.post(IMPORT, {"packed": sent}, follow=True)
            self.assertContains(page, "not valid any more")
            self.assertFalse(Author.objects.exists())
        tags = self.client.post(
            reverse("admin:articles_tag_import"), {"packed": packed}, follow=True
        )
        self.assertContains(tags, "not valid any more")

    def test_a_file_that_is_no_table_gets_a_sentence(self):
        for content, sentence in [
            (b"", "The file is empty."),
            (bytes(5000), "This file is no table."),
            (b"colour\nred\n", "The first row must name the columns"),
            (b"name,name\nAda,B\n", "stands in the table twice"),
        ]:
            self.assertContains(self.preview(content), sentence)
        page = self.client.post(IMPORT, {})
        self.assertContains(page, "Choose a file.")
        self.assertFalse(Author.objects.exists())

    def test_contributors_do_not_import(self):
        self.client.force_login(make_user("carl", "contributor"))
        self.assertEqual(self.preview("name\nAda\n").status_code, 403)
        page = self.client.get(LIST)
        self.assertContains(page, EXPORT)
        self.assertNotContains(page, IMPORT)

    def test_columns_that_are_unknown_or_not_theirs_are_named_and_left_out(self):
        self.user.groups.clear()
        names = ["view_author", "add_author", "change_author"]
        group_permissions = [p for p in make_permissions() if p.codename in names]
        self.user.user_permissions.set(group_permissions)
        page = self.preview("name,colour,links\nAda,red,blog | https://x.example/\n")
        self.assertContains(page, "Columns that are not known here")
        self.assertContains(page, "“colour”")
        self.assertContains(page, "Columns that you may not change")
        self.apply(page)
        self.assertFalse(Author.objects.get().links.exists())

    def test_markup_in_a_cell_is_shown_as_text(self):
        page = self.preview("name\n<script>alert(1)</script>\n")
        self.assertContains(page, "&lt;script&gt;")
        self.assertNotContains(page, "<script>alert")

    def test_the_pages_obey_the_policy(self):
        make_author("Ada")
        pages = [
            self.client.get(IMPORT),
            self.client.get(EXPORT),
            self.preview("name,bio\nAda,Hello\nBen,x\n"),
        ]
        for page in pages:
            self.assertIn("script-src 'self'", page["Content-Security-Policy"])
            self.assertNotContains(page, " style=")
            self.assertNotContains(page, "onclick=")
            self.assertNotContains(page, 'src="http')
            self.assertNotContains(page, 'href="http')


def make_permissions():

    return Permission.objects.filter(content_type__app_label="authors")


@pytest.mark.django_db
class TestRows:
    def test_a_row_is_found_by_slug_then_by_exact_name(self):
        ada, other = make_author("Ada"), make_author("Ben", slug="b")
        plan = plan_of(
            ["name", "slug", "tagline"],
            ["Ada", "", "x"],
            ["Renamed", "b", "y"],
            ["ada", "", "z"],
        )
        assert [draft.row.pk for draft in plan.drafts] == [ada.pk, other.pk, None]
        assert problems(plan) == []

    def test_two_of_one_name_need_a_slug(self):
        make_author("Ada"), make_author("Ada")
        plan = plan_of(["name", "tagline"], ["Ada", "x"])
        ((number, column, sentence),) = problems(plan)
        assert (number, column) == (2, "name")
        assert "“ada”, “ada-2”" in sentence

    def test_a_namesake_with_a_slug_of_its_own_is_new_and_that_is_said(self):
        make_author("Ada")
        plan = plan_of(["name", "slug"], ["Ada", "another-ada"])
        assert (len(plan.new), problems(plan)) == (1, [])
        assert "already, with the slug “ada”" in plan.drafts[0].remarks[0]

    def test_two_rows_about_one_author_are_refused(self):
        make_author("Ada")
        plan = plan_of(
            ["name", "slug"],
            *(["Ada", ""], ["", "ada"], ["Ben", "ben"], ["Bert", "ben"]),
            *(["New", ""], ["new", ""]),
        )
        assert [(n, column) for n, column, _s in problems(plan)] == [
            (3, "slug"),
            (5, "slug"),
            (7, "name"),
        ]
        assert "Row 2 is about the same" in problems(plan)[0][2]

    @pytest.mark.parametrize(
        ("column", "cell", "sentence"),
        [
            ("name", "x" * 201, "at most 200 characters"),
            ("name", "\u200b", "name is blank"),
            ("name", "Ada\0", "There is a NUL"),
            ("tagline", "x" * 201, "at most 200 characters"),
            ("e-mail", "nobody", "valid email address"),
            ("show e-mail", "perhaps", "Say yes or no"),
            ("links", "song | La", "“song” is no kind of link"),
            ("links", "blog | http://", "Link 1: "),
            ("links", "blog", "Give the link a title or an address"),
            ("links", "blog | x\nbook | a | b | c | d | e", "Link 2 has more than"),
            ("other spellings", "x" * 201, "at most 200 characters"),
            ("other spellings", "Benjamin", "is a spelling of Ben Okafor"),
        ],
    )
    def test_a_cell_that_cannot_be_is_named_by_row_and_column(
        self, column, cell, sentence
    ):
        make_author("Ben Okafor").aliases.create(name="Benjamin")
        before = stored()
        header = ["slug", column] if column == "name" else ["name", column]
        plan = plan_of(header, ["new-one", "Fine"], ["other", cell])
        if column != "name":
            plan = plan_of(header, ["Somebody", cell])
        ((_number, named, told),) = problems(plan)
        assert named == column
        assert sentence in told
        assert not plan.is_ready
        assert stored() == before

    def test_a_slug_must_be_one(self):
        plan = plan_of(["name", "slug"], ["Ada", "not a slug!"])
        assert [problem[1] for problem in problems(plan)] == ["slug"]

    def test_a_name_that_is_anothers_spelling_is_refused(self):
        make_author("Ada Lindqvist").aliases.create(name="A. Lindquist")
        ((_n, column, sentence),) = problems(plan_of(["name"], ["a. lindquist"]))
        assert column == "name"
        assert "another spelling of Ada Lindqvist" in sentence

    def test_an_unknown_slug_without_a_name_is_told(self):
        ((_n, _c, sentence),) = problems(plan_of(["slug", "bio"], ["nobody", "x"]))
        assert "Nothing has the slug “nobody”" in sentence

    def test_the_planning_of_many_rows_takes_few_queries(
        self, django_assert_max_num_queries
    ):
        for number in range(30):
            author = make_author(f"Ada {number}")
            author.aliases.create(name=f"A. {number}")
            author.links.create(kind="blog", title="x")
        user = make_user(is_superuser=True)
        rows = [
            (n + 2, [f"ada-{n}", f"Ada {n}", f"B. {n}", "blog | y"]) for n in range(30)
        ]
        sheet = Sheet(["slug", "name", "other spellings", "links"], rows)
        # by slug and by name: authors, links, aliases each; and owners of spellings
        with django_assert_max_num_queries(7):
            plan = make_plan(AuthorTable(), sheet, user)
        assert len(plan.changed) == 30


names = texts.map(lambda text: text.replace("\0", "")).filter(lambda t: t.strip())


class RoundTrip(HypothesisTestCase):
    @given(
        st.lists(
            st.tuples(names, names, st.lists(names, max_size=2)), min_size=1, max_size=4
        )
    )
    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[*HealthCheck],
    )
    def test_an_export_says_what_is_stored_whatever_it_is(self, rows):
        for number, (name, bio, titles) in enumerate(rows):
            slug = f"a-{number}"
            author = make_author(name[:200], bio=bio, slug=slug, sort_name="x")
            author.aliases.create(name=f"{number}{name}"[:200])
            for title in titles:
                author.links.create(kind="book", title=title[:200], role=name[:200])
        table, user = AuthorTable(), make_user(is_superuser=True)
        for write in (write_csv, lambda h, r: write_xlsx(h, r, "Authors")):
            exported = table.export(Author.objects.all(), may_change=True)
            plan = make_plan(table, read_sheet(upload(write(*exported))), user)
            changes = list(chain.from_iterable(d.changes for d in plan.drafts))
            self.assertEqual(changes, [])
            self.assertEqual(problems(plan), [])
            self.assertEqual(len(plan.same), len(rows))


class Failing(TestCase):
    def test_a_clash_in_the_database_leaves_nothing_half_written(self):
        """Two names swapped in one table: only the database sees that."""
        from articles.models import Tag

        Tag.objects.create(name="one"), Tag.objects.create(name="two")
        self.client.force_login(make_user("erin", "editor"))
        url = reverse("admin:articles_tag_import")
        page = self.client.post(url, {"file": upload("slug,name\none,two\ntwo,one\n")})
        self.assertContains(page, "There is a tag of this name already")
        self.assertEqual(sorted(t.name for t in Tag.objects.all()), ["one", "two"])
        self.assertEqual(list(get_messages(page.wsgi_request)), [])
