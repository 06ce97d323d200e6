"""The article's form in a real Chromium."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from articles.models import Article
from authors.models import Author
from newsroom.redirects.models import Redirect
from tests.articles.test_admin_form import ADD, change_url
from tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_tag,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(live_server, logged_in):
    """Return a function that opens a page of the desk as a user; it notes errors."""

    def open_as(user, path):
        page = logged_in(user)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "console",
            lambda message: (
                page.problems.append(message.text) if message.type == "error" else None
            ),
        )
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        return page

    return open_as


def save(page, button="Save draft"):
    """Press a button; wait for the page that tells of the success."""
    page.evaluate("document.documentElement.dataset.old = ''")
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_selector("html:not([data-old]) .messagelist .success")
    page.wait_for_load_state("load")


def test_no_page_of_the_desk_breaks_its_own_policy(desk, live_server):
    user = make_user("root", is_superuser=True)
    article = make_article(
        authors=[make_author()], tags=[make_tag()], lead_picture=make_picture()
    )
    page = desk(user, change_url(article))
    assert page.locator(".ProseMirror[contenteditable]").count() == 1
    for path in (
        reverse("admin:index"),
        reverse("admin:articles_article_changelist"),
        reverse("admin:articles_picture_change", args=[article.lead_picture_id]),
        reverse("admin:authors_author_add"),
        reverse("admin:blocks_advertiseblock_add"),
        reverse("admin:articles_page_add"),
    ):
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
    assert page.problems == []
    # The policy is there to be broken: an inline script does not run.
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.wasRun = true";
            document.body.append(script);
        }"""
    )
    assert not page.evaluate("window.wasRun")


def names_in_form(page):
    rows = page.locator("#bylines-group tr.form-row:not(.empty-form)")
    return [
        text.strip("×\n ")
        for text in rows.locator(".select2-selection__rendered").all_inner_texts()
    ]


def choose_author(page, row, name):
    page.locator(f"#bylines-{row} .select2-selection").click()
    page.locator(".select2-search__field").fill(name)
    page.locator(".select2-results__option", has_text=name).first.click()


def test_bylines_are_ordered_by_keyboard_before_they_are_saved(desk):
    for name in ("Ada", "Ben", "Cyrus"):
        make_author(name)
    page = desk(make_user("erin", "editor"), ADD)
    page.fill("#id_headline", "Rain at last")
    choose_author(page, 0, "Ada")
    for row, name in ((1, "Ben"), (2, "Cyrus")):
        page.locator("#bylines-group .add-row a").click()
        choose_author(page, row, name)
    up = page.locator("#bylines-2 .sort-up")
    up.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "sort-up"
    page.keyboard.press("Enter")
    assert names_in_form(page) == ["Cyrus", "Ada", "Ben"]
    save(page)
    article = Article.objects.get()
    assert [byline.author.name for byline in article.bylines.all()] == [
        "Cyrus",
        "Ada",
        "Ben",
    ]
    assert page.problems == []


def test_bylines_are_ordered_by_dragging(desk):
    article = make_article(
        status="draft", authors=[make_author("Ada"), make_author("Ben")]
    )
    page = desk(make_user("erin", "editor"), change_url(article))
    handle = page.locator("#bylines-0 .sort-handle")
    handle.scroll_into_view_if_needed()
    below = page.locator("#bylines-1").bounding_box()
    handle.hover()
    page.mouse.down()
    page.mouse.move(below["x"] + 20, below["y"] + below["height"] - 4, steps=6)
    page.mouse.up()
    assert names_in_form(page) == ["Ben", "Ada"]
    save(page)
    names = [byline.author.name for byline in article.bylines.all()]
    assert names == ["Ben", "Ada"]


def test_a_new_author_is_made_without_leaving_the_form(desk):
    page = desk(make_user("erin", "editor"), ADD)
    page.fill("#id_headline", "Rain at last")
    with page.expect_popup() as opened:
        page.locator("#add_id_bylines-0-author").click()
    popup = opened.value
    popup.fill("#id_name", "Dana Newcomer")
    popup.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#id_bylines-0-author")).not_to_have_value("")
    assert page.input_value("#id_headline") == "Rain at last"
    save(page)
    assert Article.objects.get().bylines.get().author == Author.objects.get()
    assert page.problems == []


def test_tags_are_chosen_by_keyboard_and_may_hold_commas_and_quotes(desk):
    make_tag("climate").synonyms.create(name="global warming")
    make_tag("climate action")
    make_tag('Smith, John "Jack"')
    page = desk(make_user("erin", "editor"), ADD)
    page.fill("#id_headline", "Rain at last")
    box = page.get_by_role("combobox", name="Tags")
    box.press_sequentially("glob")
    page.get_by_role("option", name="climate").wait_for()
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant")
    box.press("Enter")
    box.press_sequentially("smi")
    page.get_by_role("option", name="Smith, John").wait_for()
    page.get_by_role("option", name="Smith, John").click()
    box.press_sequentially("brand new,")
    box.press_sequentially("half typed")
    save(page)
    names = set(Article.objects.get().tags.names())
    assert names == {"climate", 'Smith, John "Jack"', "brand new", "half typed"}
    chips = page.locator(".chip")
    assert chips.count() == 4
    page.get_by_role("button", name="Remove climate").click()
    save(page)
    assert "climate" not in Article.objects.get().tags.names()
    assert page.problems == []


def test_a_click_on_the_picture_sets_its_focal_point(desk):
    picture = make_picture(900, 600)
    url = reverse("admin:articles_picture_change", args=[picture.pk])
    page = desk(make_user("erin", "editor"), url)
    box = page.locator("[data-focus] img").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
    save(page, "Save")
    picture.refresh_from_db()
    assert picture.focal_x == pytest.approx(0.25, abs=0.02)
    assert picture.focal_y == pytest.approx(0.75, abs=0.02)
    assert picture.alt == "A drawn square"


@pytest.mark.parametrize("width", [320, 390, 1366])
def test_the_form_fits_the_screen(desk, width):
    article = make_article(
        authors=[make_author(), make_author()], lead_picture=make_picture()
    )
    page = desk(make_user("pat", "publisher"), change_url(article))
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_role("button", name="Publish changes").is_visible()
    assert not page.locator("#bylines-empty").is_visible()


def test_a_second_click_does_not_send_a_form_twice(desk):
    page = desk(make_user("con", "contributor"), ADD)
    page.fill("#id_headline", "Rain at last")
    sent = []

    def note(request):
        if request.method == "POST" and request.url.endswith(ADD):
            sent.append(request)

    page.on("request", note)
    with page.expect_navigation():
        page.evaluate(
            """() => {
                const button = document.querySelector("[data-main]");
                for (let i = 0; i < 3; i++) button.click();
            }"""
        )
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1
    assert Article.objects.count() == 1


@pytest.mark.parametrize("width", [320, 390, 1366])
def test_redirects_fit_the_screen_however_long(desk, width):
    long = Redirect(old="/x" * 900, target="/y" * 900)
    long.save()
    form = reverse("admin:redirects_redirect_add")
    page = desk(make_user("erin", "editor"), form)
    page.set_viewport_size({"width": width, "height": 800})
    assert page.locator(".field-story .select2-container").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(page.url.replace("/add/", "/"))
    assert page.locator("#result_list tbody tr").bounding_box()["height"] < 200
    assert "/x/x" in page.locator(".field-old_address").inner_text()
