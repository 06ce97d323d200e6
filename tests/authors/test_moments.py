"""Moments as editors type them: in the newsroom's zone, with its two odd hours."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.http import QueryDict
from django.test import TestCase, override_settings
from django.urls import reverse

from articles.models import Article
from authors.moments import DayField, MinuteField
from newsroom.blocks.models import AdvertiseBlock
from tests.articles.test_admin_form import change_url, filled_form
from tests.factories import make_article, make_user

SKIPPED, TWICE = "2026-03-29T02:30", "2026-10-25T02:30"
FIRST = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
SECOND = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


class Plan(forms.Form):
    at = MinuteField(required=False)


@pytest.fixture(autouse=True)
def _berlin():
    with override_settings(TIME_ZONE="Europe/Berlin"):
        yield


def typed(at, fold=None, initial=None):
    data = QueryDict(mutable=True)
    data.update({"at": at} | ({} if fold is None else {"at_fold": fold}))
    return Plan(data, initial={"at": initial})


def test_a_time_is_the_newsrooms_and_is_kept_in_utc():
    for text, hour in (("2026-07-01T12:00", 10), ("2026-12-01T12:00", 11)):
        form = typed(text)
        assert form.is_valid()
        at = form.cleaned_data["at"]
        assert (at.hour, at.tzinfo) == (hour, UTC)
    assert typed("").is_valid()


def test_a_time_that_the_clocks_skip_is_refused_with_the_next_that_exists():
    form = typed(SKIPPED)
    (sentence,) = form.errors["at"]
    assert "no 02:30 on 29 March 2026 in Europe/Berlin" in sentence
    assert "29 March 2026, 03:00" in sentence
    assert f'value="{SKIPPED}"' in str(form["at"])
    assert typed("2026-03-29T01:59").is_valid()
    assert typed("2026-03-29T03:00").is_valid()


@override_settings(TIME_ZONE="Pacific/Apia")
def test_a_whole_skipped_day_names_the_day_after():
    (sentence,) = typed("2011-12-30T12:00").errors["at"]
    assert "31 December 2011, 00:00" in sentence


def test_an_hour_that_happens_twice_is_asked_and_taken_as_chosen():
    form = typed(TWICE)
    assert "Choose which of the two" in form.errors["at"][0]
    shown = str(form["at"])
    assert "the first (summer time, UTC+2)" in shown
    assert "the second (winter time, UTC+1)" in shown
    assert "selected" not in shown
    assert "hidden" not in shown
    for fold, moment in (("0", FIRST), ("1", SECOND)):
        form = typed(TWICE, fold)
        assert form.is_valid(), form.errors
        assert form.cleaned_data["at"] == moment


def test_an_answer_that_is_none_is_asked_again():
    for fold in ("", "2", "x"):
        assert "Choose which" in typed(TWICE, fold).errors["at"][0]


def test_the_choice_is_no_part_of_a_time_that_happens_once():
    form = typed("2026-10-25T12:00", "1")
    assert form.is_valid()
    assert form.cleaned_data["at"] == datetime(2026, 10, 25, 11, tzinfo=UTC)
    assert "hidden disabled" in str(form["at"])


def test_both_hours_come_back_from_the_form_as_they_were():
    for moment, fold in ((FIRST, "0"), (SECOND, "1")):
        stored = moment.replace(second=17, microsecond=5)
        shown = str(Plan(initial={"at": stored})["at"])
        assert f'value="{TWICE}"' in shown
        assert f'value="{fold}" data-name' in shown.split("selected")[0].split("<")[-1]
        form = typed(TWICE, fold, initial=stored)
        assert form.is_valid()
        assert not form.has_changed()
        other = typed(TWICE, "1" if fold == "0" else "0", initial=stored)
        assert other.has_changed()


def test_every_quarter_of_an_hour_around_both_jumps_survives_the_form():
    for start in (datetime(2026, 3, 28, 22, tzinfo=UTC), FIRST.replace(day=24)):
        quarters = [start.timestamp() + 900 * number for number in range(120)]
        for stamp, _next in pairwise(quarters):
            moment = datetime.fromtimestamp(stamp, UTC)
            local = moment.astimezone(ZoneInfo("Europe/Berlin"))
            form = typed(f"{local:%Y-%m-%dT%H:%M}", str(local.fold), initial=moment)
            assert form.is_valid(), local
            assert form.cleaned_data["at"] == moment
            assert not form.has_changed()


def test_the_hidden_beginning_of_a_field_with_a_default_keeps_the_hour():
    class WithDefault(forms.Form):
        at = MinuteField(initial=SECOND, show_hidden_initial=True)

    hidden = WithDefault()["at"].as_hidden(only_initial=True)
    data = QueryDict(mutable=True)
    data["initial-at"] = hidden.split('value="')[1].split('"')[0]
    data.update({"at": TWICE, "at_fold": "1"})
    assert not WithDefault(data).has_changed()
    data["at_fold"] = "0"
    assert WithDefault(data).has_changed()


def test_years_that_are_a_slip_are_refused_and_the_text_stays():
    for text in ("0001-01-01T00:00", "9999-12-31T23:59", "0206-11-22T10:00"):
        form = typed(text)
        assert form.errors["at"] == ["The year must be between 1600 and 2200."]
        assert f'value="{text}"' in str(form["at"])
    for text in ("275760-09-13T00:00", "2026-02-30T10:00", "soon", "2026-13-01T10:00"):
        assert "Enter a valid date/time." in typed(text).errors["at"]
    with pytest.raises(forms.ValidationError, match="between 1600 and 2200"):
        DayField().clean("0001-01-01")


def test_the_zone_stands_beside_the_field():
    assert "Europe/Berlin" in str(Plan()["at"])
    with override_settings(TIME_ZONE="America/New_York"):
        shown = str(
            Plan(initial={"at": datetime(2026, 11, 1, 6, 30, tzinfo=UTC)})["at"]
        )
        assert "America/New York" in shown
        assert "the second (winter time, UTC-5)" in shown
    with override_settings(TIME_ZONE="UTC"):
        assert typed(TWICE).is_valid()


@override_settings(TIME_ZONE="Europe/Berlin")
class InTheDesksForms(TestCase):
    def test_a_block_keeps_its_second_hour_over_an_unrelated_save(self):
        self.client.force_login(make_user("root", is_superuser=True))
        block = AdvertiseBlock.objects.create(
            name="Bakery",
            placement="sidebar",
            headline="Fresh bread",
            link_url="/",
            starts_at=SECOND,
        )
        url = reverse("admin:blocks_advertiseblock_change", args=[block.pk])
        form = filled_form(self.client, url, "advertiseblock_form")
        self.assertEqual(form["starts_at"], TWICE)
        self.client.post(url, form | {"name": "The bakery"})
        block.refresh_from_db()
        self.assertEqual((block.name, block.starts_at), ("The bakery", SECOND))

    def test_an_article_refuses_a_time_that_does_not_exist_and_keeps_the_text(self):
        self.client.force_login(make_user("pat", "publisher"))
        article = make_article(status=Article.Status.DRAFT)
        form = filled_form(self.client, change_url(article))
        typed_text = {"headline": "Written just now", "published_at": SKIPPED}
        page = self.client.post(
            change_url(article), form | typed_text | {"_save": "1"}, follow=True
        )
        self.assertContains(page, "There is no 02:30 on 29 March 2026")
        self.assertContains(page, "Written just now")
        article.refresh_from_db()
        self.assertIsNone(article.published_at)
