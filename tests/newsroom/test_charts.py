from datetime import UTC, datetime, timedelta

from django.template.loader import render_to_string
from django.test import override_settings

from newsroom import charts
from tests.factories import NOON

DAY = timedelta(days=1)


def test_days_without_articles_are_there_too():
    chart = charts.per_day([NOON, NOON, NOON - 3 * DAY], days=5, now=NOON)
    assert [bar.value for bar in chart.bars] == [0, 1, 0, 0, 2]
    assert chart.bars[-1].label == "17 May 2024"
    assert chart.bars[-1].height > chart.bars[1].height > chart.bars[0].height == 0


def test_what_came_out_before_or_after_is_not_counted():
    chart = charts.per_day([NOON - 5 * DAY, NOON + DAY], days=5, now=NOON)
    assert [bar.value for bar in chart.bars] == [0] * 5
    assert chart.highest == 0


@override_settings(TIME_ZONE="Pacific/Auckland")
def test_a_day_is_the_newsrooms_not_that_of_greenwich():
    moment = datetime(2024, 5, 16, 20, tzinfo=UTC)  # the 17th in Auckland
    chart = charts.per_day([moment], days=2, now=datetime(2024, 5, 17, 1, tzinfo=UTC))
    assert [(bar.label, bar.value) for bar in chart.bars] == [
        ("16 May 2024", 0),
        ("17 May 2024", 1),
    ]


def test_sections_beyond_twelve_are_other():
    names = [f"Section {n:02}" for n in range(15) for _ in range(20 - n)] + [None]
    chart = charts.per_section(names, days=30)
    labels = [bar.label for bar in chart.bars]
    assert labels[0] == "Section 00"
    assert labels[11:] == ["Section 11", "other", "no section"]
    assert chart.bars[12].value == 8 + 7 + 6
    assert sum(bar.value for bar in chart.bars) == len(names)
    assert not any(bar.label == "Section 12" for bar in chart.bars)


def test_a_chart_says_itself_in_words_and_as_a_table_without_styles_or_scripts():
    chart = charts.per_section(["News <b>", "News <b>", "Sport"], days=30)
    html = render_to_string("admin/_chart.html", {"chart": chart})
    assert "<title" in html
    assert "3 articles in 30 days." in html
    assert '<th scope="row">Sport</th><td>1</td>' in html
    assert "News &lt;b&gt;" in html
    assert "<b>" not in html
    assert "style=" not in html
    assert "<script" not in html


def test_nothing_at_all_is_still_a_chart():
    for chart in (
        charts.per_section([], days=30),
        charts.per_day([], days=30, now=NOON),
    ):
        html = render_to_string("admin/_chart.html", {"chart": chart})
        assert "<svg" in html
        assert "<rect" not in html


@override_settings(LANGUAGE_CODE="de", USE_THOUSAND_SEPARATOR=True)
def test_numbers_of_the_drawing_stay_numbers_in_other_languages(db):
    chart = charts.per_day([NOON], days=30, now=NOON)
    html = render_to_string("admin/_chart.html", {"chart": chart})
    drawing = html.partition("<svg")[2].partition("</svg>")[0]
    assert 'x="388,' not in drawing
    assert 'x="388.0"' in drawing
