// The publish gate's findings lead to their place in the form, and can be asked again.

const SECONDS = 4;

// A box of its own around the place: the editor undoes what others do to its elements.
function pointAt(place) {
  place.scrollIntoView({ block: "center" });
  const { left, top, width, height } = place.getBoundingClientRect();
  const box = document.createElement("div");
  box.className = "pointing-box";
  Object.assign(box.style, {
    left: `${left + scrollX}px`,
    top: `${top + scrollY}px`,
    width: `${width}px`,
    height: `${height}px`,
  });
  document.body.append(box);
  setTimeout(() => box.remove(), SECONDS * 1000);
}

const plain = (text) => text.replace(/\s+/g, " ").trim();

// Where in the text: see Finding in articles/gate.py.
function placeInText(anchor) {
  const editor = document.querySelector(".ProseMirror[contenteditable]");
  const [, kind, what] = anchor.match(/^(\w+):(.*)$/s) ?? [];
  if (!editor || !kind) return editor;
  const found = {
    text: () =>
      [...editor.querySelectorAll("h2, h3, h4, p, blockquote")].find((block) =>
        plain(block.textContent).startsWith(plain(what).slice(0, 60)),
      ),
    link: () =>
      [...editor.querySelectorAll("a")].find((link) => link.getAttribute("href") === what),
    picture: () =>
      [...editor.querySelectorAll("[data-picture]")].find((figure) => figure.dataset.picture === what),
    image: () => [...editor.querySelectorAll("img")].find((image) => image.getAttribute("src") === what),
  }[kind];
  return found?.() ?? editor;
}

function lead(event) {
  const link = event.target.closest?.("a[data-field]");
  if (!link) return;
  const { field, anchor } = link.dataset;
  const row =
    field === "bylines"
      ? document.getElementById("bylines-group")
      : document.querySelector(`.form-row.field-${CSS.escape(field)}, #id_${CSS.escape(field)}`);
  const inText = field === "body" && placeInText(anchor);
  if (!row && !inText) return;
  event.preventDefault();
  const folded = row?.closest("details:not([open])");
  if (folded) folded.open = true;
  if (inText) {
    // The cursor goes there; nothing is selected, which the next key would replace.
    inText.closest(".ProseMirror")?.focus({ preventScroll: true });
    getSelection().collapse(inText, 0);
  }
  if (!inText) row.querySelector("input:not([type=hidden]), textarea, select, button")?.focus({ preventScroll: true });
  pointAt(inText || row);
}

document.addEventListener("click", lead);

async function checkAgain(panel, button) {
  button.disabled = true;
  try {
    const response = await fetch(panel.dataset.gate);
    if (!response.ok || response.redirected) throw new Error(response.status);
    const markup = await response.text();
    const page = new DOMParser().parseFromString(markup, "text/html");
    const fresh = page.querySelector("[data-gate]");
    panel.replaceWith(fresh);
    offer(fresh);
    fresh.querySelector("[data-check-again]").focus();
  } catch {
    button.disabled = false;
  }
}

function offer(panel) {
  const button = panel.querySelector("[data-check-again]");
  button.hidden = false;
  button.addEventListener("click", () => checkAgain(panel, button));
}

const panel = document.querySelector("[data-gate]");
if (panel) offer(panel);
