"""What `make quality` looks at in a browser. A fault is a sentence with its page."""

from contextlib import contextmanager
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

AXE_RULES = [
    *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"),
]
# WCAG 2.2, success criterion 1.4.12.
TEXT_SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"""

# Text that its box does not show: cut off, or wider than the page. A box of one
# pixel is how something is said to screen readers only.
FIND_CLIPPED = """() => {
  const root = document.documentElement
  const faults = root.scrollWidth > innerWidth
    ? [`the page is ${root.scrollWidth} px wide`] : []
  for (const element of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(element)
    const cuts = value => value === "hidden" || value === "clip"
    const [width, height] = [element.clientWidth, element.clientHeight]
    const wide = cuts(style.overflowX) && element.scrollWidth > width + 1
    const high = cuts(style.overflowY) && element.scrollHeight > height + 1
    if (!(wide || high) || width <= 1 || height <= 1) continue
    if (element.checkVisibility() && element.innerText?.trim())
      faults.push("cut off: " + element.outerHTML.slice(0, 120))
  }
  return faults
}"""
FIND_CONTROLS = """() => {
  const selector = "a[href], button, input:not([type=hidden]), select, textarea, " +
    "summary, audio[controls], video[controls], iframe, [tabindex]"
  const controls = [...document.querySelectorAll(selector)].filter(element =>
    element.tabIndex >= 0 && !element.disabled && !element.closest("[inert]") &&
    element.checkVisibility({visibilityProperty: true}))
  // Of the buttons of one choice, the tabulator reaches the chosen one only.
  const chosen = name => controls.find(e => e.name === name && e.checked)
  window.controls = controls.filter(element => element.type !== "radio" ||
    (chosen(element.name) ?? controls.find(e => e.name === element.name)) === element)
  return window.controls.length
}"""
SEE_FOCUS = """() => {
  const element = document.activeElement
  if (!element || element === document.body) return {number: -1}
  const style = getComputedStyle(element)
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1
  const box = element.getClientRects()[0] ?? element.getBoundingClientRect()
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const top = document.elementFromPoint(x, y)
  return {
    number: window.controls.indexOf(element),
    html: element.outerHTML.slice(0, 100),
    isMarked: ring || style.boxShadow !== "none",
    isSeen: !!top && (element.contains(top) || top.contains(element)),
  }
}"""
LIST_MISSED = "numbers => numbers.map(n => window.controls[n].outerHTML.slice(0, 100))"
# Where each piece of text on the first screen stands, and how it looks.
DESCRIBE_SCREEN = """() => {
  const words = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const text = walker.currentNode
    if (!text.data.trim() || !text.parentElement.checkVisibility()) continue
    const range = document.createRange()
    range.selectNodeContents(text)
    const box = range.getBoundingClientRect()
    if (box.bottom < 0 || box.top > innerHeight || box.right < 0) continue
    const style = getComputedStyle(text.parentElement)
    words.push([text.data.trim().slice(0, 40), Math.round(box.x), Math.round(box.y),
      style.fontFamily, style.fontSize, style.color].join(" | "))
  }
  return words
}"""
COUNT_SHIFTS = """() => {
  window.shifts = []
  new PerformanceObserver(list => {
    for (const entry of list.getEntries())
      window.shifts.push([entry.value,
        entry.sources.map(s => s.node?.nodeName + "." + s.node?.className).join()])
  }).observe({type: "layout-shift", buffered: true})
}"""
# Asked for again and again from outside: the page's policy forbids eval.
PAINTED = "performance.getEntriesByName('first-contentful-paint').length > 0"
BLOCKING = """() => performance.getEntriesByType("resource")
  .filter(entry => entry.renderBlockingStatus === "blocking")
  .map(entry => entry.name)"""
BROKEN = """() => [...document.images].filter(i => i.checkVisibility() &&
  !(i.complete && i.naturalWidth)).map(i => i.currentSrc || i.src)"""


class Looker:
    """Opens pages of a site, each promise in a context of its own."""

    def __init__(self, browser, address, pages):
        self.browser, self.address, self.pages = browser, address, pages

    @contextmanager
    def page(self, width=1280, height=800, **options):
        options.setdefault("reduced_motion", "reduce")
        size = {"width": width, "height": height}
        context = self.browser.new_context(viewport=size, **options)
        try:
            yield context.new_page()
        finally:
            context.close()

    def open(self, page, where):
        return page.goto(self.address + where, wait_until="load")


def axe(looker, width, scheme):
    """Return the violations of WCAG 2.2 A and AA and of axe's best practice."""
    faults, checker = [], Axe()
    with looker.page(width, color_scheme=scheme) as page:
        for name, where in looker.pages.types.items():
            looker.open(page, where)
            report = checker.run(page, options={"runOnly": AXE_RULES}).response
            for violation in report["violations"]:
                nodes = [node["html"][:160] for node in violation["nodes"]]
                faults.append(f"{name}: {violation['id']}: {nodes[0]} ({len(nodes)})")
    return faults


def clipped(looker, width, *, style="", **options):
    """Return what does not fit or is cut off, with a style sheet of the reader's."""
    faults = []
    # The page's own policy forbids style sheets of others; a reader's is none of it.
    with looker.page(width, bypass_csp=True, **options) as page:
        for name, where in looker.pages.types.items():
            looker.open(page, where)
            if style:
                page.add_style_tag(content=style)
            faults += [f"{name}: {fault}" for fault in page.evaluate(FIND_CLIPPED)]
    return faults


def keyboard(looker, width):
    """Press the tabulator through every page: all controls, seen, and out again."""
    faults, reached = [], 0
    with looker.page(width) as page:
        for name, where in looker.pages.types.items():
            looker.open(page, where)
            number = page.evaluate(FIND_CONTROLS)
            seen, found = set(), []
            for _ in range(number + 5):
                page.keyboard.press("Tab")
                focus = page.evaluate(SEE_FOCUS)
                if focus["number"] < 0 or focus["number"] in seen:
                    break
                seen.add(focus["number"])
                if not focus["isMarked"]:
                    found.append(f"no mark of the focus: {focus['html']}")
                if not focus["isSeen"]:
                    found.append(f"hidden while it has the focus: {focus['html']}")
            if missed := sorted(set(range(number)) - seen):
                found += [
                    f"not reached: {html}"
                    for html in page.evaluate(LIST_MISSED, missed)
                ]
            reached += len(seen)
            faults += [f"{name}: {fault}" for fault in found[:3]]
    return faults, reached


def skip_link(looker):
    """Check that the first control leads to the text, and is seen when it can."""
    faults = []
    with looker.page() as page:
        for name, where in looker.pages.types.items():
            if "?plain" in where:
                continue  # which begins with the text
            looker.open(page, where)
            page.keyboard.press("Tab")
            link = page.locator(":focus")
            box = link.bounding_box() if link.count() else None
            if not box or box["y"] < 0 or box["x"] < 0:
                faults.append(f"{name}: the first control is out of sight")
                continue
            page.keyboard.press("Enter")
            if page.evaluate("document.activeElement.id") != "main":
                faults.append(f"{name}: it leads elsewhere")
    return faults


def first_paint(looker):
    """Return what the first screen still waits for when it has the document alone."""
    faults = []
    for width, height in ((360, 740), (1280, 800)):
        with looker.page(width, height) as page, looker.page(width, height) as bare:
            bare.route("**/*", _document_alone)
            for name, where in looker.pages.types.items():
                looker.open(page, where)
                faults += [
                    f"{name}: waits for {url}" for url in page.evaluate(BLOCKING)
                ]
                bare.goto(looker.address + where, wait_until="domcontentloaded")
                for _ in range(100):
                    if bare.evaluate(PAINTED):
                        break
                    bare.wait_for_timeout(50)
                else:
                    faults.append(f"{name}: nothing is painted")
                alone, whole = (p.evaluate(DESCRIBE_SCREEN) for p in (bare, page))
                # A script may add buttons; what was read already stays as it was.
                if changed := [line for line in alone if line not in whole]:
                    faults.append(f"{name}, {width} px: {changed[0]}")
    return faults


def _document_alone(route):
    if route.request.resource_type == "document":
        route.continue_()
    else:
        route.abort()


def visit(looker, width, color_scheme="light"):
    """Read every page to its end; return what was asked for, said, stored and moved.

    The faults by subject: "third party", "cookies", "console", "shift", "broken".
    """
    faults = {
        subject: []
        for subject in ("third party", "cookies", "console", "shift", "broken")
    }
    host = urlsplit(looker.address).netloc
    with looker.page(width, color_scheme=color_scheme) as page:
        at = {"name": ""}

        def note(subject, sentence):
            faults[subject].append(f"{at['name']}: {sentence}")

        def asked(request):
            if urlsplit(request.url).netloc not in {host, ""}:
                note("third party", request.url)

        def answered(response):
            if "set-cookie" in response.headers:
                note("cookies", response.url)

        def said(message):
            # A page that is not there says so in the console as well.
            if not (at["name"] == "not found" and "404" in message.text):
                note("console", message.text)

        page.on("request", asked)
        page.on("response", answered)
        page.on("console", said)
        page.on("pageerror", lambda error: note("console", str(error)))
        page.add_init_script(f"({COUNT_SHIFTS})()")
        for name, where in looker.pages.types.items():
            at["name"] = name
            looker.open(page, where)
            _read_to_the_end(page)
            shifts = page.evaluate("window.shifts")
            if total := sum(value for value, _ in shifts):
                note("shift", f"{total:.4f} by {shifts[0][1]}")
            for url in page.evaluate(BROKEN):
                note("broken", url)
        faults["cookies"] += [str(cookie) for cookie in page.context.cookies()]
    return faults


def _read_to_the_end(page):
    height = page.viewport_size["height"]
    for _ in range(60):
        page.mouse.wheel(0, height * 0.8)
        page.wait_for_timeout(40)
        if page.evaluate(
            "scrollY + innerHeight >= document.documentElement.scrollHeight - 2"
        ):
            break
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(100)


def everything_else(looker, where):
    """Return the addresses of all that a page asks for besides itself."""
    return [request.url for request in _requests(looker, where)[1:]]


def scripts_and_styles(looker, where):
    """Return the addresses of all that a page loads besides itself and pictures."""
    kinds = {"stylesheet", "script", "font", "fetch", "xhr"}
    return sorted({r.url for r in _requests(looker, where) if r.resource_type in kinds})


def _requests(looker, where):
    found = []
    with looker.page(360, 740) as page:
        page.on("request", lambda request: found.append(request))
        looker.open(page, where)
        _read_to_the_end(page)
    return found
