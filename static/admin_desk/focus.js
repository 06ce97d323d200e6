// What must stay visible where a picture is cut: a click says it, or the arrow keys,
// and the cuts are shown beside. The two number fields hold the answer and work
// without this. A new file is shown in the place of the old one before it is saved.

// As articles/renditions.py cuts them.
const CUTS = [
  ["3:2", 3 / 2],
  ["1:1", 1],
  ["16:9", 16 / 9],
  [gettext("Social media"), 1200 / 630],
];
const STEPS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
// Pixels of what a new file is shown with: enough for the frame.
const SHOWN = 1000;

for (const frame of document.querySelectorAll("[data-focus]")) {
  const x = document.getElementById("id_focal_x");
  const y = document.getElementById("id_focal_y");
  setUp(frame, x, y);
}

function setUp(frame, x, y) {
  const image = frame.querySelector("img");
  const size = { width: +frame.dataset.width, height: +frame.dataset.height };
  const cuts = previews(frame, image);
  const mark = document.createElement("button");
  mark.type = "button";
  mark.className = "focus-mark";
  mark.setAttribute("aria-label", gettext("Focal point: the arrow keys move it"));
  const within = (value) => Math.min(1, Math.max(0, value || 0));
  const point = () => (x ? [within(+x.value), within(+y.value)] : [0.5, 0.5]);
  const show = () => {
    const [left, top] = point();
    mark.style.left = `${left * 100}%`;
    mark.style.top = `${top * 100}%`;
    for (const cut of cuts) place(cut, size, [left, top]);
  };
  if (x && y) {
    frame.append(mark);
    frame.classList.add("is-clickable");
    let isMoved = false;
    const move = (left, top) => {
      isMoved = true;
      x.value = within(left).toFixed(2);
      y.value = within(top).toFixed(2);
      show();
    };
    const tell = () => {
      for (const field of [x, y])
        field.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const to = (event) => {
      const box = image.getBoundingClientRect();
      move(
        (event.clientX - box.left) / box.width,
        (event.clientY - box.top) / box.height,
      );
    };
    frame.addEventListener("pointerdown", (event) => {
      // A finger on the picture may want to scroll; a tap is a click.
      if (event.button || (event.pointerType === "touch" && event.target !== mark))
        return;
      event.preventDefault();
      frame.setPointerCapture(event.pointerId);
      to(event);
      mark.focus({ preventScroll: true });
    });
    frame.addEventListener("pointermove", (event) => {
      if (frame.hasPointerCapture(event.pointerId)) to(event);
    });
    frame.addEventListener("pointerup", tell);
    frame.addEventListener("click", (event) => {
      // The keyboard's click on the mark has no place.
      if (!event.detail || event.target === mark) return;
      to(event);
      tell();
    });
    mark.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (event.key === "Home") move(0.5, 0.5);
      else if (step) {
        const far = event.shiftKey ? 0.1 : 0.01;
        const [left, top] = point();
        move(left + step[0] * far, top + step[1] * far);
      } else return;
      event.preventDefault();
      tell();
    });
    x.addEventListener("input", show);
    y.addEventListener("input", show);
    const keeps = document.getElementById("id_keeps_focal_point");
    keeps?.addEventListener("change", () => {
      if (isMoved) return;
      x.value = keeps.checked ? x.defaultValue : 0.5;
      y.value = keeps.checked ? y.defaultValue : 0.5;
      show();
    });
  }
  replacing(frame, image, size, cuts, show);
  show();
}

// The cuts

function previews(frame, image) {
  const list = document.createElement("ul");
  list.className = "focus-cuts";
  list.setAttribute("aria-hidden", "true");
  const cuts = CUTS.map(([name, ratio]) => {
    const line = document.createElement("li");
    const box = document.createElement("span");
    box.className = "focus-cut";
    box.style.aspectRatio = ratio;
    const copy = new Image();
    copy.src = image.src;
    copy.alt = "";
    box.append(copy);
    line.append(box, name);
    list.append(line);
    return { ratio, copy };
  });
  frame.after(list);
  return cuts;
}

function place({ ratio, copy }, { width, height }, [x, y]) {
  const wide = Math.min(width, height * ratio);
  const high = Math.min(height, width / ratio);
  const left = Math.min(Math.max(x * width - wide / 2, 0), width - wide);
  const top = Math.min(Math.max(y * height - high / 2, 0), height - high);
  copy.style.width = `${(100 * width) / wide}%`;
  copy.style.left = `${(-100 * left) / wide}%`;
  copy.style.top = `${(-100 * top) / high}%`;
}

// Another file instead

function replacing(frame, image, size, cuts, show) {
  const input = document.getElementById("id_upload");
  const keeps = document.getElementById("id_keeps_focal_point");
  const row = keeps?.closest(".form-row");
  if (row) row.hidden = true;
  if (!input) return;
  const old = { src: image.src, ...size };
  const before = document.createElement("p");
  before.className = "focus-before";
  before.hidden = true;
  frame.before(before);
  input.addEventListener("change", async () => {
    const fresh = input.files[0] && (await reduced(input.files[0]));
    const now = fresh || old;
    image.src = now.src;
    for (const { copy } of cuts) copy.src = now.src;
    Object.assign(size, { width: now.width, height: now.height });
    before.hidden = !fresh;
    if (row) row.hidden = !fresh;
    if (fresh) before.replaceChildren(...comparison(old, fresh));
    if (fresh && keeps) {
      const isAlike = Math.abs(old.width / old.height / (now.width / now.height) - 1);
      keeps.checked = isAlike < 0.02;
      keeps.dispatchEvent(new Event("change"));
    }
    show();
  });
}

function comparison(old, fresh) {
  const small = new Image();
  small.src = old.src;
  small.alt = gettext("The file as it is now");
  const said = document.createElement("span");
  const told = { before: `${old.width} × ${old.height}`, after: `${fresh.width} × ${fresh.height}` };
  said.textContent = interpolate(
    gettext("Now %(before)s pixels; below, the new file with %(after)s. It counts when you save."),
    told,
    true,
  );
  const parts = [small, said];
  if (fresh.width < old.width && old.width > 640) {
    const warning = document.createElement("strong");
    warning.textContent = gettext("It is smaller than the one it replaces.");
    parts.push(warning);
  }
  return parts;
}

// The browser's own reading of a file; null for what it cannot read (the server will
// say why). As data, because the desk's policy allows pictures of no other scheme.
async function reduced(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return null;
  }
  const { width, height } = bitmap;
  const scale = Math.min(1, SHOWN / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return { src: canvas.toDataURL("image/jpeg", 0.8), width, height };
}
