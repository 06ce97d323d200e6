// A gallery's pictures in large, one after the other. Without this script, each is a
// link to its file.
const viewer = document.querySelector(".viewer");
const figure = viewer.querySelector("figure");
const status = viewer.querySelector("[role=status]");
let links = [];
let place = 0;

const picture = (link) => {
  const { width, height } = link.dataset;
  const image = new Image(width, height);
  image.src = link.href;
  return image;
};

const show = (wanted) => {
  place = (wanted + links.length) % links.length;
  const link = links[place];
  const image = picture(link);
  image.alt = link.querySelector("img").alt;
  const caption = link.parentElement.querySelector("figcaption");
  figure.replaceChildren(image, ...(caption ? [caption.cloneNode(true)] : []));
  status.textContent = status.dataset.place
    .replace("%(number)s", place + 1)
    .replace("%(total)s", links.length);
  picture(links[(place + 1) % links.length]);
};

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".shots a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  // A link in a caption leads where it says.
  if (!link.querySelector("img")) return;
  event.preventDefault();
  links = [...link.closest(".shots").querySelectorAll("figure > a")];
  viewer.dir = getComputedStyle(link).direction;
  show(links.indexOf(link));
  viewer.showModal();
});

viewer.querySelector(".before").addEventListener("click", () => show(place - 1));
viewer.querySelector(".after").addEventListener("click", () => show(place + 1));
viewer.querySelector(".close").addEventListener("click", () => viewer.close());
viewer.addEventListener("close", () => links[place].focus());

viewer.addEventListener("keydown", ({ key, altKey, ctrlKey, metaKey }) => {
  if (altKey || ctrlKey || metaKey) return;
  const onward = viewer.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (key === onward) show(place + 1);
  else if (key === "ArrowLeft" || key === "ArrowRight") show(place - 1);
  else if (key === "Home") show(0);
  else if (key === "End") show(-1);
});

// A swipe; two fingers zoom, and a finger that goes up or down scrolls the caption.
let from = null;
figure.addEventListener("pointerdown", (event) => {
  from = event.isPrimary && event.pointerType === "touch" ? event : null;
});
figure.addEventListener("pointerup", (event) => {
  if (!from || visualViewport.scale > 1) return;
  const across = event.clientX - from.clientX;
  if (Math.abs(across) < 40 || Math.abs(across) < Math.abs(event.clientY - from.clientY)) return;
  show(place + (across < 0 === (viewer.dir !== "rtl") ? 1 : -1));
});
