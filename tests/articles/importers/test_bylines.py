import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importers.bylines import (
    is_name,
    is_person,
    parse_byline,
    parse_dated_name,
    readable_name,
)


def credits_of(line):
    byline = parse_byline(line)
    return byline and [(credit.name, credit.role) for credit in byline.credits]


class TestNameBesideADate:
    @pytest.mark.parametrize(
        "line",
        [
            "Jane Hill | Oct. 3, 2014",
            "Jane Hill - 3 October 2014",
            "Jane Hill, Friday 3 October 2014",
            "October 3, 2014 · Jane Hill",
            "JANE HILL · Oct 3, 2014 · 6 min read",
            "Jane Hill | Port of Sallow | 3.10.2014",
            "Jane Hill, GAZETTE NEWS 8:42 a.m. EDT October 3, 2014",
            "2014-10-03 17:27:46 Jane Hill",
            "Posted by Jane Hill on October 3, 2014 at 13:49",
            "vendredi 3 octobre 2014, par Jane Hill @janehill",
        ],
    )
    def test_is_a_byline(self, line):
        byline = parse_dated_name(line)
        assert [credit.name for credit in byline.credits] == ["Jane Hill"]
        assert byline.published.moment.isoformat()[:10] == "2014-10-03"

    @pytest.mark.parametrize(
        "line",
        [
            "Climate Change | Oct. 3, 2014",
            "New York, October 3, 2014",
            "Harbor Gazette - 3 October 2014",
            "Politics | Oct. 3, 2014",
            "Oct. 3, 2014 | 12 Comments",
            "Jane Hill | Oct. 3, 2014 was a Friday",
        ],
    )
    def test_is_no_section_and_no_place(self, line):
        assert parse_dated_name(line) is None

    @pytest.mark.parametrize(
        "line",
        [
            "03.10.2014, 10:22 von wren77",
            "Von wren77 am 03.10.2014, 11:51 | 0 Meinungen | Energie",
            "Veröffentlicht am 3.10.2014 von wren77",
        ],
    )
    def test_may_be_a_login_behind_by(self, line):
        byline = parse_dated_name(line)
        assert [credit.name for credit in byline.credits] == ["wren77"]
        assert byline.published.moment.isoformat()[:10] == "2014-10-03"

    def test_words_of_a_section_are_no_person(self):
        assert is_person("Jane Q. Hill")
        assert not is_person("World News")
        assert not is_person("Jane")


class TestByline:
    def test_before_two_dates_has_the_first(self):
        line = "Par Inès Carvalho Publié le 14 janvier 2020, modifié le 15 janvier 2020"
        byline = parse_byline(line)
        assert [credit.name for credit in byline.credits] == ["Inès Carvalho"]
        assert byline.published.moment.isoformat() == "2020-01-14"

    @pytest.mark.parametrize(
        ("line", "names"),
        [
            ("By Jane Q. Public", ["Jane Q. Public"]),
            ("by JANE Q. PUBLIC", ["Jane Q. Public"]),
            ("BY A. SMITH AND TOM O'BRIEN", ["A. Smith", "Tom O'Brien"]),
            (
                "By Jane Hill, Tom Reed and Ann Lee",
                ["Jane Hill", "Tom Reed", "Ann Lee"],
            ),
            ("By Jane Hill, Special to the Harbor Post", ["Jane Hill"]),
            ("By T. S. Calloway, Special to the Harbor Post", ["T. S. Calloway"]),
            ("By JANE HILL Staff Writer", ["Jane Hill"]),
            ("By Jane Hill and Tom Reed, Gazette Staff", ["Jane Hill", "Tom Reed"]),
            ("By Jane Hill of the Gazette", ["Jane Hill"]),
            ("By Dr. Jane Hill, Ph.D.", ["Dr. Jane Hill"]),
            ("By Robert J. Stone, Jr.", ["Robert J. Stone, Jr."]),
            ("By José Ángel Núñez y Pérez", ["José Ángel Núñez y Pérez"]),
            (
                "By Ludwig van der Berg & d'Arcy Niland",
                ["Ludwig van der Berg", "d'Arcy Niland"],
            ),
            ("By MARTA DE LA CRUZ-MCDONALD", ["Marta de la Cruz-McDonald"]),
            ("By June Ostrow and Dorothy Day", ["June Ostrow", "Dorothy Day"]),
            ("By the Rev. Amos Tate", ["Rev. Amos Tate"]),
            ("Posted by Jane Hill", ["Jane Hill"]),
            ("Written by: Jane Hill", ["Jane Hill"]),
            ("Author: Jane Hill", ["Jane Hill"]),
            ("Von Karl Müller", ["Karl Müller"]),
            ("von Ilse Brandt", ["Ilse Brandt"]),
            ("Par Élise Dupont", ["Élise Dupont"]),
            ("מאת דנה לוי", ["דנה לוי"]),
            ("بقلم ليلى الخطيب", ["ليلى الخطيب"]),
        ],
    )
    def test_gives_its_names(self, line, names):
        assert credits_of(line) == [(name, "") for name in names]
        assert parse_byline(line).text == line

    @pytest.mark.parametrize(
        "line",
        [
            "March 12, 2006 By Jane Hill",
            "By Jane Hill | March 12, 2006",
            "By Jane Hill, March 12, 2006",
            "Posted by Jane Hill on March 12, 2006",
            "By Jane Hill (March 12, 2006)",
        ],
    )
    def test_gives_the_date_beside_it(self, line):
        byline = parse_byline(line)
        assert [credit.name for credit in byline.credits] == ["Jane Hill"]
        assert str(byline.published.moment) == "2006-03-12"

    def test_tells_roles_from_writers(self):
        line = "By Jane Hill and Tom Reed; Photographs by Ann Lee"
        assert credits_of(line) == [
            ("Jane Hill", ""),
            ("Tom Reed", ""),
            ("Ann Lee", "Photographs"),
        ]

    def test_gives_the_address_printed_in_it(self):
        byline = parse_byline("By Jane Hill (jane@hill.example.com)")
        assert byline.email == "jane@hill.example.com"
        assert [credit.name for credit in byline.credits] == ["Jane Hill"]

    @pytest.mark.parametrize(
        "line",
        [
            "By Land and Sea",
            "By the Numbers",
            "By Design",
            "By Monday, the river had risen.",
            "By the time the rain came we were gone",
            "Vonnegut and I",
            "de Jong",
            "Parting words",
            "By",
            "",
        ],
    )
    def test_is_not_seen_in_headlines_and_sentences(self, line):
        assert parse_byline(line) is None

    @pytest.mark.parametrize("line", ["By June", "By Next June", "By June Next Year"])
    def test_is_not_seen_in_months(self, line):
        assert credits_of(line) is None

    def test_that_could_be_words_is_not_sure(self):
        assert parse_byline("By Judgment Day").is_sure is False
        assert parse_byline("By Dawn Quayle").is_sure is True

    def test_of_one_word_is_not_sure(self):
        assert not parse_byline("By Ames").is_sure
        assert parse_byline("By Ames Hill").is_sure


class TestName:
    def test_in_ordinary_letters_is_left_alone(self):
        assert readable_name("bell hooks") == "bell hooks"
        assert readable_name("Jane McDONALD") == "Jane McDONALD"

    def test_keeps_initials_and_numbers(self):
        assert readable_name("J.R. ORTON III") == "J.R. Orton III"

    def test_is_not_a_sentence(self):
        assert is_name("Aoife O'Rourke")
        assert not is_name("The river had risen")
        assert not is_name("Route 66")


@given(st.text(max_size=300))
def test_no_text_makes_the_byline_reader_fail(text):
    parse_byline(text)
    parse_byline(f"By {text}")
