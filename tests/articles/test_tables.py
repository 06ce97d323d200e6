import pytest
from django.test import TestCase
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from articles.models import Article, Section, Tag, TagSynonym
from articles.tables import SectionTable, TagTable
from authors.sheets import Sheet, read_sheet, write_csv, write_xlsx
from authors.table_plans import carry_out, make_plan
from tests.authors.test_sheets import WILD, texts, upload
from tests.authors.test_tables import problems
from tests.factories import make_article, make_section, make_tag, make_user

TAGS_CSV = reverse("admin:articles_tag_table", args=["csv"])
TAGS_IMPORT = reverse("admin:articles_tag_import")
SECTIONS_CSV = reverse("admin:articles_section_table", args=["csv"])
SECTIONS_IMPORT = reverse("admin:articles_section_import")


def plan_of(table, header, *rows):
    sheet = Sheet(list(header), [(n, list(row)) for n, row in enumerate(rows, start=2)])
    return make_plan(table, sheet, make_user(is_superuser=True))


class Tags(TestCase):
    def setUp(self):
        self.client.force_login(make_user("erin", "editor"))

    def imported(self, text):
        page = self.client.post(TAGS_IMPORT, {"file": upload(text)})
        return self.client.post(
            TAGS_IMPORT, {"packed": page.context["packed"]}, follow=True
        )

    def test_leave_with_their_synonyms_and_the_number_of_live_articles(self):
        ice = make_tag("ice", description="Frozen water.")
        ice.synonyms.create(name="glacier")
        make_article(tags=[ice])
        make_article(tags=[ice], status=Article.Status.DRAFT)
        sheet = read_sheet(upload(self.client.get(TAGS_CSV).content))
        self.assertEqual(
            sheet.header, ["name", "slug", "description", "synonyms", "live articles"]
        )
        self.assertEqual(
            sheet.rows[0][1], ["ice", "ice", "Frozen water.", "glacier", "1"]
        )

    def test_come_in_with_synonyms_added_and_counts_not_read(self):
        make_tag("ice").synonyms.create(name="glacier")
        page = self.imported(
            "name,synonyms,live articles\nice,frost; névé,99\nice cream,gelato,\n"
        )
        self.assertContains(page, "1 row is new, 1 was changed")
        words = sorted(TagSynonym.objects.values_list("tag__name", "name"))
        self.assertEqual(
            words,
            [
                ("ice", "frost"),
                ("ice", "glacier"),
                ("ice", "névé"),
                ("ice cream", "gelato"),
            ],
        )
        self.assertEqual(Tag.objects.get(name="ice cream").slug, "ice-cream")

    def test_lists_link_to_both_pages_and_pickers_to_none(self):
        page = self.client.get(reverse("admin:articles_tag_changelist"))
        self.assertContains(page, TAGS_IMPORT)
        self.assertContains(page, reverse("admin:articles_tag_export"))
        picker = self.client.get(
            reverse("admin:articles_tag_changelist"), {"_popup": "1"}
        )
        self.assertNotContains(picker, TAGS_IMPORT)
        articles = self.client.get(reverse("admin:articles_article_changelist"))
        self.assertNotContains(articles, "/import/")


@pytest.mark.django_db
class TestTagRows:
    @pytest.mark.parametrize(
        ("row", "column", "sentence"),
        [
            (["ICE", "", ""], "name", "a tag of this name already"),
            (["Glacier", "", ""], "name", "a synonym of the tag “ice”"),
            (["snow", "", "GLACIER"], "synonyms", "leads to the tag “ice” already"),
            (["snow", "", "Ice"], "synonyms", "leads to the tag “ice” already"),
            (["x" * 101, "", ""], "name", "at most 100 characters"),
            (["snow", "a b", ""], "slug", "valid “slug”"),
            (["snow", "x" * 101, ""], "slug", "at most 100 characters"),
        ],
    )
    def test_what_cannot_be_is_named(self, row, column, sentence):
        make_tag("ice").synonyms.create(name="glacier")
        plan = plan_of(TagTable(), ["name", "slug", "synonyms"], row)
        ((number, named, told),) = problems(plan)
        assert (number, named) == (2, column)
        assert sentence in told.replace("'", "“").replace("“slug“", "“slug”")
        assert Tag.objects.count() == 1

    def test_two_rows_cannot_claim_one_name_or_one_synonym(self):
        plan = plan_of(
            TagTable(),
            ["name", "slug", "synonyms"],
            *(["snow", "snow", "rime"], ["Snow", "snow-2", "frost"]),
            *(["hail", "hail", "Rime"], ["sleet", "", "sleet-ish"]),
        )
        assert [(n, column) for n, column, _s in problems(plan)] == [
            (3, "name"),
            (4, "synonyms"),
        ]


class Sections(TestCase):
    def setUp(self):
        self.client.force_login(make_user("erin", "editor"))

    def test_come_in_with_parents_that_are_new_in_the_same_table(self):
        make_section("News", slug="news", position=3)
        text = (
            "name\tparent\tposition\tback label\n"
            "Harbour\tTown\t5\tBack to the harbour\n"
            "Town\t\t1\t\n"
            "News\t\t\tBack to the news\n"
        )
        page = self.client.post(SECTIONS_IMPORT, {"file": upload(text)})
        self.assertEqual(Section.objects.count(), 1)
        self.client.post(SECTIONS_IMPORT, {"packed": page.context["packed"]})
        harbour = Section.objects.get(name="Harbour")
        self.assertEqual(harbour.parent.name, "Town")
        self.assertEqual(harbour.position, 5)
        news = Section.objects.get(name="News")
        self.assertEqual(news.position, 3)
        sheet = read_sheet(upload(self.client.get(SECTIONS_CSV).content))
        rows = {cells[0]: cells for _n, cells in sheet.rows}
        self.assertEqual(
            rows["Harbour"],
            ["Harbour", "harbour", "town", "", "5", "Back to the harbour"],
        )

    def test_a_section_below_another_keeps_it_when_it_is_named_by_name(self):
        make_section("Harbour", parent=make_section("Town"))
        plan = plan_of(SectionTable(), ["name", "parent"], ["Harbour", "Town"])
        self.assertEqual((len(plan.same), problems(plan)), (1, []))


@pytest.mark.django_db
class TestSectionRows:
    def world(self):
        town = make_section("Town", slug="town")
        make_section("Harbour", slug="harbour", parent=town)
        make_section("News", slug="news")
        make_section("Double", slug="double-1")
        make_section("Double", slug="double-2")

    @pytest.mark.parametrize(
        ("rows", "told"),
        [
            ([["New", "Nowhere"]], {2: "no section “Nowhere”"}),
            ([["New", "Double"]], {2: "Several sections are called “Double”"}),
            ([["News", "news"]], {2: "cannot stand in itself"}),
            ([["New", "Harbour"]], {2: "Sections have one level"}),
            ([["Town", "News"]], {2: "has sections of its own"}),
            ([["Town", "Harbour"]], {2: "cannot stand in itself"}),
            (
                [["A", "B"], ["B", "A"]],
                {2: "cannot stand in itself", 3: "cannot stand in itself"},
            ),
            (
                [["A", "B"], ["B", "C"], ["C", ""]],
                {2: "one level", 3: "has sections of its own"},
            ),
        ],
    )
    def test_a_parent_that_cannot_be_is_named(self, rows, told):
        self.world()
        plan = plan_of(SectionTable(), ["name", "parent"], *rows)
        found = {number: sentence for number, _column, sentence in problems(plan)}
        assert found.keys() == told.keys()
        for number, sentence in told.items():
            assert sentence in found[number]
        assert Section.objects.count() == 5

    @pytest.mark.parametrize("position", ["-1", "1.5", "99999", "first", "²"])
    def test_a_position_is_a_number_that_both_databases_hold(self, position):
        self.world()
        plan = plan_of(SectionTable(), ["name", "position"], ["News", position])
        ((_n, column, sentence),) = problems(plan)
        assert column == "position"
        assert "whole number from 0 to 32767" in sentence


short = texts.map(lambda text: text.replace("\0", "")[:90]).filter(str.strip)
many = st.lists(
    st.tuples(short, short, short),
    min_size=1,
    max_size=4,
    unique_by=lambda r: r[0].lower(),
)


class RoundTrip(HypothesisTestCase):
    @given(many)
    @settings(
        max_examples=20,
        deadline=None,
        suppress_health_check=[*HealthCheck],
    )
    def test_an_export_says_what_is_stored_whatever_it_is(self, rows):
        above = make_section("above", slug="above")
        for number, (name, text, other) in enumerate(rows):
            tag = make_tag(name, slug=f"t-{number}", description=text)
            tag.synonyms.create(name=f"{number}{other}")
            make_section(name, description=text, back_label=other, parent=above)
        user = make_user(is_superuser=True)
        for table in (TagTable(), SectionTable()):
            for write in (write_csv, lambda h, r: write_xlsx(h, r, "x")):
                exported = table.export(table.model.objects.all(), may_change=True)
                plan = make_plan(table, read_sheet(upload(write(*exported))), user)
                self.assertEqual(problems(plan), [])
                self.assertEqual([d.changes for d in plan.drafts if d.changes], [])
                self.assertFalse(plan.new)


class Applying(TestCase):
    def test_wild_names_come_in_as_they_are_and_go_out_as_they_were(self):
        names = sorted({name.strip() for name in WILD if "\n" not in name})
        header = ["name", "description"]
        content = write_csv(header, [[name, name] for name in names])
        user = make_user(is_superuser=True)
        table = TagTable()
        carry_out(make_plan(table, read_sheet(upload(content)), user), user)
        self.assertEqual(sorted(tag.name for tag in Tag.objects.all()), names)
        self.assertEqual(len({tag.slug for tag in Tag.objects.all()}), len(names))
        again = make_plan(table, read_sheet(upload(content)), user)
        self.assertEqual((again.new, again.changed, again.wrong), ([], [], []))
