"""Tags are found by their names, and made, many at once, where there are none."""

import pytest

from articles.importers.matching import Subjects, usable_slug
from articles.importers.story import Term
from articles.models import Tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return []


@pytest.fixture
def subjects(made):
    Tag.objects.create(name="Harbour", slug="harbour")
    return Subjects(lambda model, row: made.append(row.name))


def test_many_tags_take_two_queries(subjects, made, django_assert_max_num_queries):
    names = [f"Topic {number}" for number in range(300)]
    # the slugs that are taken; the new rows, perhaps in parts and in a savepoint
    with django_assert_max_num_queries(6):
        subjects.make_tags([*names, *names, " topic 7 ", "HARBOUR", ""])
    assert made == names
    with django_assert_max_num_queries(0):
        assert subjects.tag("topic 299").slug == "topic-299"
        assert subjects.tag("harbour").name == "Harbour"


def test_none_of_them_takes_anothers_slug(subjects, made):
    subjects.make_tags(["Harbour!", "A b", "A-b", "?!"])
    slugs = [subjects.tag(n).slug for n in ("Harbour", "Harbour!", "A b", "A-b", "?!")]
    assert slugs == ["harbour", "harbour-1", "a-b", "a-b-1", "tag"]
    assert sorted(made) == sorted(["Harbour!", "A b", "A-b", "?!"])


def test_an_exports_record_says_slug_and_description(subjects):
    subjects.tell(Term("tag", "Fog", "nebel", "Seldom."))
    subjects.tell(Term("tag", "Ice", "/admin/", ""))
    subjects.make_tags(["fog", "Ice"])
    fog = subjects.tag("Fog")
    assert (fog.slug, fog.description) == ("nebel", "Seldom.")
    assert subjects.tag("Ice").slug == "ice"


@pytest.mark.parametrize(
    ("slug", "usable"),
    [
        *(("a-b_c", "a-b_c"), ("%d9%85%d8%a7", "ما"), ("größe", "größe")),
        *(("a/b", ""), ("../x", ""), ("a\x00", ""), ("a" * 101, ""), ("c%2b", "")),
    ],
)
def test_a_slug_is_letters_digits_and_lines(slug, usable):
    assert usable_slug(slug) == usable
