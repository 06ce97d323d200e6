// Dragging an entry to another day fills in and sends the form beside it, which does
// the same without a mouse, or without this file.

const calendar = document.querySelector("[data-calendar]");
let dragged = null;

for (const entry of calendar?.querySelectorAll("[data-movable]") ?? []) {
  entry.draggable = true;
  entry.addEventListener("dragstart", (event) => {
    dragged = entry;
    entry.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", entry.querySelector("a").textContent);
  });
  entry.addEventListener("dragend", () => {
    dragged = null;
    entry.classList.remove("is-dragged");
    mark(null);
  });
}

function mark(day) {
  for (const other of calendar.querySelectorAll(".is-target"))
    if (other !== day) other.classList.remove("is-target");
  day?.classList.add("is-target");
}

function dayUnder(event) {
  const day = dragged && event.target.closest("[data-day]");
  return day && !day.contains(dragged) ? day : null;
}

calendar?.addEventListener("dragover", (event) => {
  const day = dayUnder(event);
  mark(day);
  if (!day) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
});

calendar?.addEventListener("drop", (event) => {
  const day = dayUnder(event);
  if (!day) return;
  event.preventDefault();
  const form = dragged.querySelector("form");
  form.elements.day.value = day.dataset.day;
  form.requestSubmit();
});

// An unfolded form is ready to be typed in.
calendar?.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches(".entry-move[open]"))
      event.target.querySelector("[name=day]").focus();
  },
  true,
);

// Choosing a section shows it; the button is for browsers without this.
const filter = document.querySelector(".calendar-filter");
filter?.querySelector("select").addEventListener("change", () => filter.requestSubmit());
if (filter) filter.querySelector("button").hidden = true;
