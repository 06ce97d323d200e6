"""The beacon and the list, as a browser has them."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles import reads
from articles.models import ReadCount
from tests.factories import make_article

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Robots are not counted, and the browser of the tests is one.
AS_A_READER = "Object.defineProperty(navigator, 'webdriver', {get: () => false})"


def test_a_story_counts_once_when_it_was_in_view_and_sets_no_cookie(
    live_server, context, page, monkeypatch
):
    buffer = reads.Buffer(flushed_after=None)
    monkeypatch.setattr(reads, "buffer", buffer)
    article = make_article("Rain", body="<p>It came.</p>" * 60)
    other = make_article("Snow")
    ReadCount.objects.create(
        article=other, hour=reads.hour_of(timezone.now() - timedelta(hours=1)), count=3
    )
    context.add_init_script(AS_A_READER)
    sent = []
    page.on(
        "request",
        lambda request: sent.append(request) if request.method == "POST" else None,
    )
    page.clock.install()
    page.goto(live_server.url + article.path)
    page.clock.fast_forward(6_000)
    assert sent == []
    page.mouse.wheel(0, 20_000)
    expect(page.locator(".ranked li")).to_have_text(["Snow"])
    page.clock.fast_forward(4_000)
    page.wait_for_timeout(200)
    assert [(request.url, request.post_data) for request in sent] == [
        (f"{live_server.url}/read/", str(article.pk))
    ]
    page.reload()
    page.clock.fast_forward(20_000)
    page.wait_for_timeout(200)
    assert len(sent) == 1
    assert context.cookies() == []


def test_no_place_is_kept_on_a_site_where_nothing_was_read(live_server, page):
    page.goto(live_server.url + make_article("Rain").path)
    page.mouse.wheel(0, 20_000)
    expect(page.locator("section.most-read")).to_be_hidden()
