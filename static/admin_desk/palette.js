// The command palette: an ARIA combobox in a dialog. The server finds; what it did
// not find for a user does not exist here either.

import { hasMod } from "./keys.js";

const WAIT = 120; // milliseconds after the last key: a word is typed, not a letter

const palette = document.getElementById("palette");
const input = palette?.querySelector("[role=combobox]");
const list = palette?.querySelector("[role=listbox]");
const said = palette?.querySelector("[role=status]");
let timer, request, returnTo;
let answered = Promise.resolve();

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function open() {
  if (palette.open || document.querySelector("dialog[open]")) return;
  returnTo = document.activeElement;
  input.value = "";
  show([]);
  said.textContent = "";
  palette.showModal();
  input.focus();
  answered = ask();
}

palette?.addEventListener("close", () => {
  clearTimeout(timer);
  request?.abort();
  input.setAttribute("aria-expanded", "false");
  returnTo?.focus({ preventScroll: true });
});

// A click beside the palette closes it.
palette?.addEventListener("click", (event) => {
  if (event.target === palette) palette.close();
});

async function ask() {
  request?.abort();
  request = new AbortController();
  const { signal } = request;
  const typed = input.value.trim();
  try {
    const answer = await fetch(
      `${palette.dataset.address}?${new URLSearchParams({ q: typed })}`,
      { signal, headers: { Accept: "application/json" } },
    );
    if (answer.redirected || answer.status === 403) {
      show([]);
      said.textContent = palette.dataset.loggedOut;
      return;
    }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const { groups } = await answer.json();
    show(groups);
    const count = groups.reduce((sum, group) => sum + group.found.length, 0);
    said.textContent = count
      ? palette.dataset.found.replace("%s", count)
      : palette.dataset.none;
  } catch (error) {
    if (error.name === "AbortError") return;
    show([]);
    said.textContent = palette.dataset.failed;
  }
}

function show(groups) {
  list.replaceChildren();
  groups.forEach((group, number) => {
    const name = element("div", "palette-group-name", group.name);
    name.id = `palette-group-${number}`;
    name.setAttribute("role", "presentation");
    const box = element("div", "palette-group");
    box.setAttribute("role", "group");
    box.setAttribute("aria-labelledby", name.id);
    box.append(name, ...group.found.map(option));
    list.append(box);
  });
  input.setAttribute("aria-expanded", String(groups.length > 0));
  choose(options()[0]);
}

let made = 0;

function option({ label, detail, address }) {
  const link = element("a", "palette-option");
  link.href = address;
  link.id = `palette-option-${++made}`;
  link.tabIndex = -1;
  link.setAttribute("role", "option");
  const name = element("span", "palette-label", label);
  name.dir = "auto";
  link.append(name);
  if (detail) link.append(" ", element("span", "palette-detail", detail));
  // Hovering must not change the choice while somebody types: a click goes anyway.
  link.addEventListener("mousemove", () => choose(link, false));
  return link;
}

function options() {
  return [...list.querySelectorAll("[role=option]")];
}

function chosen() {
  return list.querySelector("[aria-selected=true]");
}

function choose(link, scrolls = true) {
  for (const other of options()) other.setAttribute("aria-selected", other === link);
  if (!link) {
    input.removeAttribute("aria-activedescendant");
    return;
  }
  input.setAttribute("aria-activedescendant", link.id);
  if (scrolls) link.scrollIntoView({ block: "nearest" });
}

function go(isInNewTab) {
  const link = chosen();
  if (!link) return;
  if (isInNewTab) window.open(link.href, "_blank", "noopener");
  else link.click();
}

function askNow() {
  clearTimeout(timer);
  timer = undefined;
  answered = ask();
}

input?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(askNow, WAIT);
});

input?.addEventListener("keydown", async (event) => {
  if (event.isComposing) return;
  const all = options();
  const here = all.indexOf(chosen());
  const there = {
    ArrowDown: (here + 1) % all.length,
    ArrowUp: (here - 1 + all.length) % all.length,
    PageDown: Math.min(here + 5, all.length - 1),
    PageUp: Math.max(here - 5, 0),
  }[event.key];
  if (there !== undefined && !event.altKey && all.length) {
    event.preventDefault();
    choose(all[there]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    const isInNewTab = event.ctrlKey || event.metaKey;
    // Who types fast and presses Enter means what was typed, not what stood there.
    if (timer) askNow();
    await answered;
    go(isInNewTab);
  }
});

if (palette) {
  for (const opener of document.querySelectorAll("[data-opens-palette]")) {
    opener.hidden = false;
    opener.addEventListener("click", open);
  }
  document.addEventListener("keydown", (event) => {
    if (!hasMod(event) || event.altKey || event.shiftKey) return;
    const key = event.key.toLowerCase();
    // In the text of an article, Ctrl+K makes a link, and has been taken by then.
    const isText = event.target.closest?.(".ProseMirror");
    if (key === "j" || (key === "k" && !isText && !event.defaultPrevented)) {
      event.preventDefault();
      if (palette.open) palette.close();
      else open();
    }
  });
}
