// A click on the picture says what must stay visible where it is cut. The two
// number fields hold the answer and work without this.

for (const frame of document.querySelectorAll("[data-focus]")) {
  const x = document.getElementById("id_focal_x");
  const y = document.getElementById("id_focal_y");
  if (!x || !y) continue;
  const mark = document.createElement("span");
  mark.className = "focus-mark";
  frame.append(mark);
  const show = () => {
    mark.style.left = `${x.value * 100}%`;
    mark.style.top = `${y.value * 100}%`;
  };
  frame.addEventListener("click", (event) => {
    const box = frame.querySelector("img").getBoundingClientRect();
    x.value = ((event.clientX - box.left) / box.width).toFixed(2);
    y.value = ((event.clientY - box.top) / box.height).toFixed(2);
    for (const field of [x, y])
      field.dispatchEvent(new Event("change", { bubbles: true }));
    show();
  });
  x.addEventListener("input", show);
  y.addEventListener("input", show);
  frame.classList.add("is-clickable");
  show();
}
