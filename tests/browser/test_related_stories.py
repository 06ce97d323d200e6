"""Picking related stories: found by typing, ordered by keys."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from articles import revisions
from tests.factories import make_article, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_are_found_by_typing_and_put_in_order_by_keys(live_server, logged_in):
    article = make_article("Rain", status="draft")
    one, two = make_article("The first river"), make_article("Second river")
    draft = make_article("River to come", status="draft")
    revisions.set_related(article, [one.pk, two.pk])
    page = logged_in(make_user("pat", "publisher"))
    url = reverse("admin:articles_article_change", args=[article.pk])
    page.goto(live_server.url + url)
    line, stories = page.locator("input[name=related]"), page.locator(".related-story")
    # keys.js writes into [data-key]: the list has to be as it was drawn.
    expect(stories.locator(".related-name")).to_have_text(
        ["The first river", "Second river"]
    )
    page.locator(".related-input").press_sequentially("river")
    # Nothing that was picked already, and not the article itself.
    expect(page.locator(".related-options [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(line).to_have_value(f"{one.pk}, {two.pk}, {draft.pk}")
    expect(stories.nth(2).locator(".state")).to_have_text("Draft")
    stories.nth(2).locator(".sort-up").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(line).to_have_value(f"{draft.pk}, {one.pk}, {two.pk}")
    stories.nth(0).locator(".sort-down").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(line).to_have_value(f"{one.pk}, {two.pk}, {draft.pk}")
    stories.nth(1).locator(".related-remove").click()
    page.locator("button[name=_save]").click()
    expect(page.locator(".messagelist")).to_contain_text("Saved")
    expect(stories).to_have_count(2)
    picked = article.related_stories.values_list("story", flat=True)
    assert list(picked) == [one.pk, draft.pk]
