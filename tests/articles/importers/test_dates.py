from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importers.dates import (
    MONTHS,
    day_first,
    find_date,
    is_yearless,
    parse_date,
    parse_machine_date,
    parse_publication,
    parse_update,
)

DAY = date(2006, 3, 12)


def test_of_two_days_the_first_is_that_of_the_story():
    text = "Publié le 12 mars 2006 à 06h30, modifié le 15 mars 2006 à 10h12"
    assert parse_publication(text).moment.date() == DAY
    assert parse_update("Updated 5:02 PM, Sun March 12, 2006").moment.date() == DAY
    assert parse_date("March 12, 2006, when it rained") is None


class TestPrintedDates:
    @pytest.mark.parametrize(
        "text",
        [
            "March 12, 2006",
            "MARCH 12, 2006",
            "Mar. 12, 2006",
            "12 March 2006",
            "12th of March, 2006",
            "Sunday, March 12th, 2006",
            "Posted: Sunday, 12 March 2006",
            "Published on March 12, 2006",
            "2006-03-12",
            "2006/03/12",
            "12.03.2006",
            "12-Mar-06",
            "12. März 2006",
            "Sonntag, den 12. März 2006",
            "le 12 mars 2006",
            "dimanche 12 mars 2006",
            "12 de marzo de 2006",
            "domingo, 12 de marzo de 2006",
            "12 marzo 2006",
            "zondag 12 maart 2006",
            "(March 12, 2006)",
            *("12 марта 2006", "12 марта 2006 г.", "12 marca 2006", "12 Mart 2006"),
            *("12 mars 2006", "12 marts 2006", "12 Μαρτίου 2006", "12 مارس 2006"),
            *("2006年3月12日", "2006年03月12日（日）", "2006년 3월 12일"),
            *("Mar 12, 2006 · 6 min read", "March 12, 2006 / 4 years ago"),
        ],
    )
    def test_are_read_in_many_forms(self, text):
        when = parse_date(text)
        assert when.moment == DAY
        assert when.precision == "day"
        assert not when.ambiguous

    @pytest.mark.parametrize(
        "text",
        [
            *("Posted on Sunday, March 12, 2006", "Web posted Sunday, March 12, 2006"),
            *("Sun Mar 12, 2006", "Sunday 12 March 2006", "POSTED: MARCH 12, 2006"),
            *("Veröffentlicht am 12. März 2006", "Ausgabe vom 12.3.2006"),
            *("Sonntag, 12. März 2006", "So, 12.03.2006", "12. Mär. 2006", "12.3.06"),
            *("Publié le 12 mars 2006", "Mis en ligne le dimanche 12 mars 2006"),
            *(
                "Paru le 12 mars 2006",
                "édition du 12 mars 2006",
                "DIMANCHE 12 MARS 2006",
            ),
            *("Publicado el 12 de marzo de 2006", "12 de Marzo del 2006"),
            *("Domingo 12 de marzo de 2006", "12-mar-2006", "Fecha: 12/mar/2006"),
            *("Pubblicato il 12 marzo 2006", "domenica 12 marzo 2006", "12 MARZO 2006"),
            *("Inserito il 12.03.2006", "Domenica, 12 Marzo 2006"),
            *("Publicado em 12 de março de 2006", "domingo, 12 de março de 2006"),
            *("12 de Março de 2006", "Postado em 12 mar 2006"),
            *(
                "Gepubliceerd op 12 maart 2006",
                "zondag 12 maart 2006",
                "zo 12 maart 2006",
            ),
        ],
    )
    def test_are_read_in_seven_languages(self, text):
        assert parse_publication(text).moment == DAY

    @pytest.mark.parametrize("language", ["en de fr es it pt nl"])
    def test_of_every_month_are_read(self, language):
        for code in language.split():
            for number, forms in enumerate(MONTHS[code].split(), start=1):
                for form in forms.split("|"):
                    assert parse_date(f"9 {form} 1999").moment == date(1999, number, 9)

    @pytest.mark.parametrize(
        "text",
        [
            *(
                "12 March 2006, 15:45",
                "12. März 2006, 15:45 Uhr",
                "12 mars 2006 à 15h45",
            ),
            *("12 de marzo de 2006 a las 15:45", "12 marzo 2006 ore 15:45"),
            *("12 de março de 2006 às 15:45", "12 maart 2006 om 15.45 uur"),
        ],
    )
    def test_with_a_time_in_seven_languages(self, text):
        assert parse_date(text).moment.isoformat() == "2006-03-12T15:45:00"

    def test_as_a_change_in_seven_languages(self):
        for text in (
            "Zuletzt geändert am 12. März 2006",
            "Dernière mise à jour : 12 mars 2006",
            "Última actualización: 12 de marzo de 2006",
            "Ultimo aggiornamento: 12 marzo 2006",
            "Atualizado em 12 de março de 2006",
            "Bijgewerkt op 12 maart 2006",
        ):
            assert parse_publication(text) is None
            assert parse_update(text).moment == DAY

    def test_the_other_way_round_is_the_day_first(self):
        assert day_first(parse_date("3/12/2006")).moment == date(2006, 12, 3)

    def test_with_slashes_are_american_and_marked_when_ambiguous(self):
        assert parse_date("3/12/2006").moment == DAY
        assert parse_date("3/12/2006").ambiguous
        assert not parse_date("3/13/2006").ambiguous
        assert parse_date("13/3/2006").moment == date(2006, 3, 13)

    def test_with_two_digits_for_the_year_mean_the_nearer_century(self):
        assert parse_date("March 12, '98").moment == date(1998, 3, 12)
        assert parse_date("4/5/07").moment == date(2007, 4, 5)

    def test_with_a_time_keep_it_and_its_zone(self):
        eastern = timezone(timedelta(hours=-5))
        text = "March 12, 2006 at 3:45 p.m. EST"
        expected = datetime(2006, 3, 12, 15, 45, tzinfo=eastern)
        assert parse_date(text).moment == expected
        assert parse_date("12 March 2006, 15:45").moment.tzinfo is None
        assert parse_date("12 March 2006, 15:45").precision == "moment"

    def test_of_a_month_alone_say_so(self):
        assert parse_date("March 2006").precision == "month"
        assert parse_date("March 2006").moment == date(2006, 3, 1)

    def test_labelled_as_a_change_are_no_publication(self):
        assert parse_publication("Last updated March 12, 2006") is None
        assert parse_update("Last updated March 12, 2006").moment == DAY
        assert parse_update("March 12, 2006") is None

    @pytest.mark.parametrize(
        "text",
        [
            "On March 12, 2006, the bridge fell.",
            "March came in 2006 lines",
            "Highway 2006",
            "2006",
            "February 30, 2006",
            "99/99/9999",
            "12 to 14 people",
            "May",
            "",
        ],
    )
    def test_are_not_found_in_sentences(self, text):
        assert parse_date(text) is None

    def test_without_a_year_are_recognised_as_such(self):
        assert is_yearless("Sunday, March 12")
        assert not is_yearless("March of the Penguins")


class TestMachineDates:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2006-03-12T10:15:30Z", datetime(2006, 3, 12, 10, 15, 30, tzinfo=UTC)),
            (
                "2006-03-12T10:15:30.5+00:00",
                datetime(2006, 3, 12, 10, 15, 30, tzinfo=UTC),
            ),
            ("2006-03-12", DAY),
            (
                "Sun, 12 Mar 2006 10:15:00 +0000",
                datetime(2006, 3, 12, 10, 15, tzinfo=UTC),
            ),
            ("March 12, 2006", DAY),
        ],
    )
    def test_are_read(self, text, expected):
        assert parse_machine_date(text).moment == expected

    def test_that_are_nonsense_are_nothing(self):
        assert parse_machine_date("2006-99-99T99:99") is None
        assert parse_machine_date("soon") is None


@given(st.text(max_size=300))
def test_no_text_makes_a_date_reader_fail(text):
    parse_date(text)
    parse_machine_date(text)


class TestDateWithinALine:
    @pytest.mark.parametrize(
        "line",
        [
            "Submitted on Mon, 2019-01-21 13:49",
            "Montag, 21.1.2019, 13:49 > wren",
            "21. Januar 2019, 13:49 | Genoveva",
            "21 janvier 2019 à 13:49 (Mis à jour: 19:56)",
            "Visto 314 veces | 21/01/2019",
            "By wren on January 21, 2019, last updated January 30, 2019",
        ],
    )
    def test_is_found(self, line):
        when, start, end = find_date(line)
        assert when.moment.isoformat()[:10] == "2019-01-21"
        assert "19" in line[start:end]

    @pytest.mark.parametrize(
        "line",
        [
            "From 21.1.2019 to 23.1.2019",
            "Call 030-21.1.2019-44",
            "Version 2.1.2019.3",
            "It was in the spring of 2019",
            "21.1.19",
            "Last updated January 30, 2019",
        ],
    )
    def test_of_several_or_of_none_is_none(self, line):
        assert find_date(line) is None
