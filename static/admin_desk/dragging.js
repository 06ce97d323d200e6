// Dragging a row by its handle to another place. Who calls says where that is.

/** The first of the rows, but for the dragged one, whose middle lies below a height. */
export const firstBelow = (rows, row, y) =>
  rows.find((other) => {
    if (other === row) return false;
    const box = other.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });

/** Call `follow(event)` while the pointer moves, `dropped()` when it is let go. */
export function drag(event, row, follow, dropped) {
  if (event.button !== 0) return;
  event.preventDefault();
  row.classList.add("is-dragged");
  const drop = () => {
    row.classList.remove("is-dragged");
    document.removeEventListener("pointermove", follow);
    document.removeEventListener("pointerup", drop);
    document.removeEventListener("pointercancel", drop);
    dropped();
  };
  // On the document: moving the row in the page ends a capture by its handle.
  document.addEventListener("pointermove", follow);
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", drop);
}
