// Puts the rows of an inline in order: by dragging the handle, or with the two
// buttons. Works on rows that are not saved yet; numbers the hidden positions.

import { drag, firstBelow } from "./dragging.js";

const rowsOf = (body) =>
  [...body.querySelectorAll(":scope > tr.form-row:not(.empty-form)")];

function number(body) {
  rowsOf(body).forEach((row, index) => {
    row.querySelector("input.position").value = index;
  });
}

// A row's errors stand in a table row of their own above it.
function errorsOf(row) {
  const before = row.previousElementSibling;
  return before?.classList.contains("row-form-errors") ? before : null;
}

function place(row, reference) {
  const errors = errorsOf(row);
  reference = reference && (errorsOf(reference) ?? reference);
  if (reference === row || reference === errors) return;
  if (reference === row.nextElementSibling) return;
  row.parentNode.insertBefore(row, reference);
  if (errors) row.parentNode.insertBefore(errors, row);
}

function move(row, step, button) {
  const body = row.parentNode;
  const rows = rowsOf(body);
  const target = rows.indexOf(row) + step;
  if (target < 0 || target >= rows.length) return;
  if (step < 0) place(row, rows[target]);
  else place(rows[target], row);
  number(body);
  button.focus();
}

function dragRow(event, row) {
  const body = row.parentNode;
  const follow = ({ clientY }) => {
    const below = firstBelow(rowsOf(body), row, clientY);
    const last = rowsOf(body).at(-1);
    if (below) place(row, below);
    else if (last !== row) place(row, last.nextElementSibling);
  };
  drag(event, row, follow, () => number(body));
}

function button(name, label, text) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  made.setAttribute("aria-label", label);
  made.title = label;
  made.textContent = text;
  return made;
}

function equip(row) {
  const position = row.querySelector("input.position");
  if (!position || row.querySelector(".sorting")) return;
  const handle = button("sort-handle", gettext("Drag to move"), "⠿");
  handle.tabIndex = -1; // the two others do the same from the keyboard
  const up = button("sort-up", gettext("Move up"), "↑");
  const down = button("sort-down", gettext("Move down"), "↓");
  handle.addEventListener("pointerdown", (event) => dragRow(event, row));
  up.addEventListener("click", () => move(row, -1, up));
  down.addEventListener("click", () => move(row, 1, down));
  const group = document.createElement("div");
  group.className = "sorting";
  group.append(handle, up, down);
  position.closest("td").prepend(group);
  // On a phone each row is a card without the table's head: cells name themselves.
  for (const cell of row.querySelectorAll("td[class*='field-']")) {
    const column = cell.className.match(/field-([\w-]+)/)[1];
    const head = row.closest("table").querySelector(`th.column-${column}`);
    cell.dataset.label = head?.textContent.trim() ?? "";
  }
  const remove = row.querySelector("td.delete");
  if (remove?.querySelector("input")) remove.dataset.label = gettext("Delete");
}

for (const set of document.querySelectorAll(".sorted")) {
  const body = set.querySelector("tbody");
  set.classList.add("is-sortable");
  rowsOf(body).forEach(equip);
  if (rowsOf(body).length) number(body);
}
document.addEventListener("formset:added", ({ target }) => {
  const body = target.closest?.(".sorted tbody");
  if (!body) return;
  equip(target);
  number(body);
});
