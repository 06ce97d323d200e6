// The page of the menus: lines are dragged within a menu and into the other one, or
// moved by buttons; what readers will see stands above them. Without this script the
// page has numbers and boxes to tick, and the same form is sent.

import { drag, firstBelow } from "./dragging.js";

const root = document.querySelector(".menus");
const form = document.getElementById("menus-form");
const state = form?.querySelector(".menus-state");
let next = Number(form?.dataset.next);
let isDirty = false;

const columns = [...document.querySelectorAll(".menu-column")];
const listOf = (column) => column.querySelector(".menu-lines");
const linesOf = (list) => [...list.querySelectorAll(":scope > .menu-line")];
const field = (line, name) => line.querySelector(`[data-field="${name}"]`);
const nameOf = (line) =>
  field(line, "label").value.trim() || line.dataset.name || field(line, "address")?.value || "";

function button(name, label, text) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  made.setAttribute("aria-label", label);
  made.title = label;
  made.textContent = text;
  return made;
}

/** Number the lines, name their menu, and draw what readers will see. */
function settle() {
  for (const column of columns) {
    const shown = [];
    linesOf(listOf(column)).forEach((line, index) => {
      field(line, "menu").value = column.dataset.menu;
      field(line, "position").value = index;
      if (!("hidden" in line.dataset)) {
        const entry = document.createElement("li");
        entry.dir = "auto";
        entry.textContent = nameOf(line) || "…";
        shown.push(entry);
      }
    });
    column.querySelector("[data-preview]").replaceChildren(...shown);
  }
}

function changed(told = gettext("Not saved yet.")) {
  isDirty = true;
  state.textContent = told;
  settle();
}

function moved(line) {
  const list = line.parentElement;
  const place = linesOf(list).indexOf(line) + 1;
  changed(
    interpolate(gettext("%s: place %s of %s. Not saved yet."), [
      nameOf(line),
      place,
      linesOf(list).length,
    ]),
  );
}

function step(line, by, pressed) {
  const lines = linesOf(line.parentElement);
  const target = lines[lines.indexOf(line) + by];
  if (!target) return;
  if (by < 0) target.before(line);
  else target.after(line);
  pressed.focus();
  moved(line);
}

function dragLine(event, line) {
  const follow = ({ clientX, clientY }) => {
    // Side by side, or one under the other on a phone.
    const column =
      columns.find((one) => {
        const box = one.getBoundingClientRect();
        return clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
      }) ?? line.closest(".menu-column");
    const list = listOf(column);
    const before = firstBelow(linesOf(list), line, clientY);
    if (before) {
      if (line.nextElementSibling !== before) before.before(line);
    } else if (list.lastElementChild !== line) list.append(line);
  };
  drag(event, line, follow, () => moved(line));
}

function remove(line) {
  const gone = document.createElement("li");
  gone.className = "menu-gone";
  const words = document.createElement("span");
  words.textContent = interpolate(gettext("“%s” is removed."), [nameOf(line)]);
  const undo = button("", gettext("Undo"), gettext("Undo"));
  undo.addEventListener("click", () => {
    gone.replaceWith(line);
    field(line, "label").focus();
    changed();
  });
  gone.append(words, undo);
  line.replaceWith(gone);
  undo.focus();
  changed();
}

function equip(line) {
  const handle = button("menu-handle", gettext("Drag to move"), "⠿");
  handle.tabIndex = -1; // the two others do the same from the keyboard
  const up = button("menu-up", gettext("Move up"), "↑");
  const down = button("menu-down", gettext("Move down"), "↓");
  handle.addEventListener("pointerdown", (event) => dragLine(event, line));
  up.addEventListener("click", () => step(line, -1, up));
  down.addEventListener("click", () => step(line, 1, down));
  const steps = document.createElement("span");
  steps.className = "menu-steps";
  steps.append(up, down);
  line.querySelector("[data-handles]").replaceChildren(handle, steps);
  const away = button("menu-away", gettext("Remove"), "✕");
  away.addEventListener("click", () => remove(line));
  line.querySelector(".menu-remove").append(away);
}

// Adding.

function add(column) {
  const box = column.querySelector(".menu-add");
  const select = box.querySelector("select");
  const [address, label] = box.querySelectorAll("input[type=text]");
  const isLink = select.value === "link";
  if (!select.value) return select.focus();
  if (isLink && !address.value.trim()) return address.focus();
  if (isLink && !label.value.trim()) return label.focus();
  const source = document.getElementById(isLink ? "menu-link" : "menu-line");
  const line = source.content.firstElementChild.cloneNode(true);
  const number = next++;
  for (const input of line.querySelectorAll("input"))
    input.name = input.name.replace("row-N-", `row-${number}-`);
  field(line, "label").value = label.value;
  if (isLink) {
    field(line, "address").value = address.value.trim();
  } else {
    const chosen = select.selectedOptions[0];
    const there = linesOf(listOf(column)).find((one) => field(one, "target").value === select.value);
    if (there) {
      field(there, "label").focus();
      state.textContent = gettext("It stands in this menu already.");
      return undefined;
    }
    line.dataset.name = chosen.dataset.name;
    if ("hidden" in chosen.dataset) line.dataset.hidden = "";
    field(line, "target").value = select.value;
    field(line, "label").placeholder = chosen.dataset.name;
    const kind = line.querySelector(".menu-kind");
    kind.dataset.kind = chosen.parentElement.dataset.kind;
    kind.textContent = chosen.parentElement.dataset.kindLabel;
    line.querySelector("bdi").textContent = chosen.dataset.address;
  }
  equip(line);
  listOf(column).append(line);
  select.value = address.value = label.value = "";
  box.classList.remove("is-link");
  select.focus();
  moved(line);
  return undefined;
}

function equipAdding(column) {
  const box = column.querySelector(".menu-add");
  if (!box) return;
  const select = box.querySelector("select");
  const adds = box.querySelector("[data-add-button]");
  const [address, label] = box.querySelectorAll("input[type=text]");
  const show = () => box.classList.toggle("is-link", select.value === "link");
  adds.hidden = false;
  adds.addEventListener("click", () => add(column));
  select.addEventListener("change", show);
  show();
  for (const input of [address, label])
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      add(column);
    });
}

if (form && state) {
  root.classList.add("is-sortable");
  for (const column of columns) {
    linesOf(listOf(column)).forEach(equip);
    equipAdding(column);
  }
  settle();
  form.addEventListener("input", () => changed());
  form.addEventListener("submit", () => (isDirty = false));
  // A hundred lines are arranged in minutes; they are in no buffer.
  window.addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });
}
