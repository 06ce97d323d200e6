"""The library of pictures: files dropped on it, the sheet, the focal point."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from articles.models import Picture
from tests.factories import image_file, make_picture, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DROP = """files => {
  const carried = new DataTransfer();
  for (const [name, bytes] of files)
    carried.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
  for (const kind of ["dragenter", "dragover", "drop"])
    window.dispatchEvent(new DragEvent(kind, {
      dataTransfer: carried, bubbles: true, cancelable: true,
    }));
}"""


@pytest.fixture
def library(logged_in, live_server):
    page = logged_in(make_user("erin", "editor"))
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.address = f"{live_server.url}/admin/articles/picture/"
    page.goto(page.address)
    return page


def bytes_of(*size, **options):
    return list(image_file(*size, **options).read())


def assert_accessible(page):
    results = Axe().run(page, context="#content", options={"runOnly": RULES})
    found = [
        (violation["id"], node["target"])
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
    assert found == []


def test_dropped_files_upload_themselves_and_their_words_are_kept(library):
    known = make_picture(40, 30, title="An old one")
    library.evaluate(
        DROP,
        [
            ["new.png", bytes_of(60, 40, color="red")],
            ["again.png", bytes_of(40, 30)],
            ["bad.png", [104, 101, 108, 108, 111]],
        ],
    )
    lines = library.locator(".upload-file")
    expect(lines.nth(0)).to_contain_text("Uploaded")
    expect(lines.nth(1)).to_contain_text("In the library already: An old one")
    expect(lines.nth(2)).to_contain_text("This is not a picture we can read")
    assert_accessible(library)
    library.get_by_role("link", name="Describe the new pictures").click()
    library.get_by_label("Alternative text").fill("A red field")
    # Kept without any button, once the row is left.
    library.get_by_role("link", name="To the library").focus()
    expect(library.locator(".describe-said")).to_contain_text("Saved")
    new = Picture.objects.exclude(pk=known.pk).get()
    assert (new.alt, new.uploaded_name) == ("A red field", "new.png")
    assert_accessible(library)
    assert library.errors == []


def test_the_keyboard_chooses_pictures_and_moves_the_focal_point(library):
    for width in (30, 40, 50):
        last = make_picture(width, 30, title=f"{width} wide")
    library.goto(library.address)
    library.get_by_role("link", name="50 wide").focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "Shift+Space"):
        library.keyboard.press(key)
    expect(library.locator(".action-counter")).to_have_text("3 of 3 selected")
    assert_accessible(library)
    library.goto(f"{library.address}{last.pk}/change/")
    mark = library.get_by_role("button", name="Focal point: the arrow keys move it")
    mark.focus()
    library.keyboard.press("ArrowRight")
    library.keyboard.press("Shift+ArrowUp")
    expect(library.locator("#id_focal_x")).to_have_value("0.51")
    expect(library.locator("#id_focal_y")).to_have_value("0.40")
    assert_accessible(library)
    assert library.errors == []
