// Keys of the whole desk. Those that write stand on a button of the page, so that a
// key never does more than its button.

export const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);

/** Is the command key down, and AltGr, which Windows tells as Ctrl+Alt, not? */
export function hasMod(event) {
  return (isMac ? event.metaKey : event.ctrlKey) && !event.getModifierState("AltGraph");
}

const keys = document.getElementById("desk-keys");
const ASKED = "desk-question-mark";

function isTyping(target) {
  return target.isContentEditable || target.closest("input, textarea, select, dialog[open]");
}

function button(name) {
  return document.querySelector(`#content form button[name="${name}"]:not(:disabled)`);
}

const actions = {
  preview: () => document.querySelector("a[data-opens-preview]"),
  publish: () => button("_publish"),
  // The forms of articles and pages have their own (article.js).
  save: () =>
    document.querySelector("#article_form, #page_form")
      ? null
      : document.querySelector(
          ".submit-row [name='_continue'], .submit-row [name='_save']",
        ),
};

function actionOf(event) {
  if (!hasMod(event) || event.shiftKey) return null;
  if (event.altKey && event.code === "KeyV") return "preview";
  if (event.altKey && event.key === "Enter") return "publish";
  if (!event.altKey && event.key.toLowerCase() === "s") return "save";
  return null;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  const control = actions[actionOf(event)]?.();
  if (control && !event.repeat) {
    event.preventDefault();
    control.click();
  } else if (event.defaultPrevented) {
    // A field has used it: the headline's refuses Enter, whatever is held with it.
  } else if (event.altKey && !event.ctrlKey && !event.metaKey && /^Page(Up|Down)$/.test(event.key)) {
    if (step(event.key === "PageDown" ? 1 : -1)) event.preventDefault();
  } else if (
    event.key === "?" &&
    !event.ctrlKey && !event.altKey && !event.metaKey &&
    localStorage.getItem(ASKED) !== "off" &&
    !isTyping(event.target)
  ) {
    event.preventDefault();
    showKeys();
  }
});

// The next field: where a form asks something new, past the buttons around it.

const FIELDS = "input:not([type=hidden]):not([type=submit]), select, textarea";

function isThere(field) {
  return !field.disabled && field.tabIndex >= 0 && field.checkVisibility?.({ visibilityProperty: true }) !== false;
}

/** What a row of a form asks: of a text with its tools, the text. */
function fieldOf(row) {
  const text = row.querySelector("[contenteditable=true]");
  return text ?? [...row.querySelectorAll(FIELDS)].find(isThere);
}

/** Put the focus into the next row of the form, or the one before; say whether. */
function step(direction) {
  const rows = [...document.querySelectorAll("#content-main :is(.form-row, .inline-related)")]
    .filter((row) => !row.querySelector(".form-row, .inline-related"))
    .map(fieldOf)
    .filter(Boolean);
  if (!rows.length) return false;
  const here = document.activeElement;
  const row = here?.closest(".form-row, .inline-related");
  const at = rows.findIndex((field) => field === here || (row && row.contains(field)));
  let next = at + direction;
  if (at < 0) {
    // From outside: the first row below the focus, or the last one above it.
    const after = rows.findIndex(
      (field) => here && here.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    const below = after < 0 ? rows.length : after;
    next = direction > 0 ? below : below - 1;
  }
  const field = rows[Math.min(Math.max(next, 0), rows.length - 1)];
  field.focus();
  field.closest(".form-row, .inline-related").scrollIntoView({ block: "nearest" });
  return true;
}

// What the keys are

function showKeys() {
  if (!keys.open) keys.showModal();
}

if (keys) {
  for (const opener of document.querySelectorAll("[data-opens-keys]")) {
    opener.hidden = false;
    opener.addEventListener("click", showKeys);
  }
  const names = isMac ? { Mod: "⌘", Alt: "⌥" } : {};
  for (const key of document.querySelectorAll("[data-key]"))
    key.textContent = names[key.dataset.key] ?? key.textContent;
  // A key without Ctrl may be pressed by a voice: it can be switched off (WCAG 2.1.4).
  const box = keys.querySelector("[data-question-mark]");
  box.checked = localStorage.getItem(ASKED) !== "off";
  box.addEventListener("change", () =>
    localStorage.setItem(ASKED, box.checked ? "on" : "off"),
  );
}
