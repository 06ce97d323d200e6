import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from articles.admin.tag_field import format_names, parse_names
from articles.models import Article
from tests.articles.test_admin_form import ADD, press
from tests.factories import make_tag, make_user

SUGGEST = reverse("admin:articles_tag_suggest")
LETTERS = st.text('abcÄß ",؟ا', min_size=1, max_size=12)


@given(st.lists(LETTERS, max_size=6))
def test_names_survive_the_line_whatever_commas_and_quotes_they_hold(names):
    names = parse_names(format_names([" ".join(name.split()) for name in names]))
    assert parse_names(format_names(names)) == names
    assert "" not in names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("climate change, river", ["climate change", "river"]),
        ('"Smith, John", river', ["Smith, John", "river"]),
        ('"the ""new"" left"', ['the "new" left']),
        ("River, river,  RIVER", ["River"]),
        (" , ,", []),
        ('half "open, quote', ['half "open', "quote"]),
    ],
)
def test_a_line_is_read_as_an_editor_means_it(line, names):
    assert parse_names(line) == names
    assert line not in parse_names("something else")


def suggested(client, typed):
    return [tag["name"] for tag in client.get(SUGGEST, {"q": typed}).json()["tags"]]


def test_suggestions_begin_with_what_is_typed_and_follow_synonyms(client, db):
    climate = make_tag("climate")
    climate.synonyms.create(name="global warming")
    make_tag("Climate action")
    make_tag("microclimate")
    client.force_login(make_user("con", "contributor"))
    assert suggested(client, "clim") == ["climate", "Climate action"]
    assert suggested(client, "global") == ["climate"]
    assert suggested(client, "micro") == ["microclimate"]
    assert suggested(client, "%") == []
    assert suggested(client, "") == []


def test_the_exact_name_comes_first_and_the_list_stays_short(client, db):
    for number in range(30):
        make_tag(f"river {number:02}")
    make_tag("River")
    client.force_login(make_user("con", "contributor"))
    found = suggested(client, "river")
    assert found[0] == "River"
    assert len(found) == 8
    assert "river 29" not in found


def test_without_the_right_to_add_tags_a_new_word_is_refused_and_kept(client, db):
    user = make_user("erin", "editor")
    group = user.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="add_tag"))
    client.force_login(user)
    make_tag("river")
    response = press(client, ADD, "_save", headline="Rain", tags="river, brand new")
    page = response.content.decode()
    assert "There is no tag “brand new”." in page
    assert 'value="river, brand new"' in page
    assert not Article.objects.exists()


def test_a_name_longer_than_a_tag_can_be_is_an_error_not_a_crash(client, db):
    client.force_login(make_user("erin", "editor"))
    response = press(client, ADD, "_save", headline="Rain", tags="x" * 101)
    assert "is too long for a tag" in response.content.decode()
    assert not Article.objects.exists()
