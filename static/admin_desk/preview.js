// The preview's page, and its half in the article's form. The two find each other by
// a channel of this browser: the form hands over what is typed, which the server
// shows and does not store. Without an open form it shows what it has.

const WAIT = 600; // milliseconds after the last keystroke
const channelOf = (pk) => new BroadcastChannel(`article-preview-${pk}`);

// In the form.

function fieldsOf(form) {
  return [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken",
  );
}

function serve(form, pk) {
  const channel = channelOf(pk);
  let isAsked = false;
  let timer;
  const tell = () => isAsked && channel.postMessage({ fields: fieldsOf(form) });
  const tellSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(tell, WAIT);
  };
  channel.addEventListener("message", ({ data }) => {
    if (!data.isAsking) return;
    isAsked = true;
    tell();
  });
  for (const name of ["input", "change", "click", "keyup"]) form.addEventListener(name, tellSoon);
  // The form comes back after every save: whoever shows it has to look again. When
  // it closes, what it held is no longer there to show.
  channel.postMessage({ isNew: true });
  window.addEventListener("pagehide", () => channel.postMessage({ isGone: true }));
}

const opener = document.querySelector("a[data-opens-preview]");
const form = document.querySelector("#article_form, #page_form");
if (opener && form) serve(form, opener.dataset.opensPreview);

// On the preview's page.

function show(desk) {
  const frames = [...desk.querySelectorAll("iframe")];
  const address = desk.dataset.page;
  const token = desk.querySelector("[name=csrfmiddlewaretoken]").value;
  let newest = 0;
  let last = "";

  const say = (text) => {
    for (const words of desk.querySelectorAll("[data-text]")) {
      words.hidden = words.dataset.text !== text;
    }
  };

  // Readers' links open beside the preview: their pages refuse to stand in a frame.
  const settle = (frame) => {
    const page = frame.contentDocument;
    if (!page) return;
    for (const link of page.querySelectorAll("a[href]")) {
      if (!link.getAttribute("href").startsWith("#")) link.target = "_blank";
    }
    const text = page.querySelector("meta[name=preview-text]")?.content;
    say(text ?? "failed");
  };

  const write = (frame, markup) => {
    const top = frame.contentWindow.scrollY;
    const page = frame.contentDocument;
    page.open();
    page.write(markup);
    page.close();
    frame.contentWindow.scrollTo(0, top);
    settle(frame);
    // Once more when its style sheet has come, and with it its height.
    frame.contentWindow.addEventListener("load", () => frame.contentWindow.scrollTo(0, top));
  };

  const load = async (fields) => {
    const number = ++newest;
    const request = fields && {
      method: "POST",
      body: new URLSearchParams({ csrfmiddlewaretoken: token, typed: JSON.stringify(fields) }),
    };
    try {
      const response = await fetch(address, request);
      if (!response.ok || response.redirected) throw new Error(response.status);
      const markup = await response.text();
      // A slow answer must not come after a newer one.
      if (number !== newest) return;
      for (const frame of frames) write(frame, markup);
    } catch {
      if (number === newest) say("failed");
    }
  };

  for (const frame of frames) {
    if (frame.contentDocument?.readyState === "complete") settle(frame);
    frame.addEventListener("load", () => settle(frame));
  }

  const channel = channelOf(desk.dataset.preview);
  const ask = () => channel.postMessage({ isAsking: true });
  if (!("version" in desk.dataset)) {
    channel.addEventListener("message", ({ data }) => {
      if (data.isNew) ask();
      if (data.isGone) {
        last = "";
        load();
      }
      if (!data.fields) return;
      const typed = JSON.stringify(data.fields);
      if (typed === last) return;
      last = typed;
      load(data.fields);
    });
    ask();
  }
  desk.querySelector("[data-reload]").addEventListener("click", () => {
    load(last ? JSON.parse(last) : undefined);
  });

  const box = desk.querySelector(".preview-frames");
  const buttons = [...desk.querySelectorAll("[data-show]")];
  const choose = (which) => {
    box.dataset.shown = which;
    for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.show === which);
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      choose(button.dataset.show);
      localStorage.setItem("preview-shown", button.dataset.show);
    });
  }
  const narrow = matchMedia("(max-width: 900px)").matches ? "phone" : "both";
  choose(localStorage.getItem("preview-shown") ?? narrow);

  const measure = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      if (!contentRect.width) continue;
      const width = Number(target.dataset.width);
      const scale = Math.min(1, contentRect.width / width);
      target.style.setProperty("--frame-width", `${width}px`);
      target.style.setProperty("--frame-height", `${contentRect.height / scale}px`);
      target.style.setProperty("--frame-scale", scale);
    }
  });
  for (const frame of desk.querySelectorAll(".preview-frame")) measure.observe(frame);
}

const desk = document.querySelector("[data-preview]");
if (desk) show(desk);

// Copying a preview link.

for (const button of document.querySelectorAll("button[data-copy-link]")) {
  const address = button.parentElement.querySelector("input");
  button.hidden = false;
  button.addEventListener("click", async () => {
    address.select();
    try {
      await navigator.clipboard.writeText(address.value);
      button.textContent = button.dataset.copied;
    } catch {
      // Browsers offer the clipboard to secure pages only; what is chosen can be
      // copied by keyboard.
      button.textContent = button.dataset.chosen;
    }
  });
}
