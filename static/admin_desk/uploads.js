// Files that are dropped on the library, or chosen there, upload themselves: each by
// itself, with its progress, and with its own sentence where it is refused.

const AT_A_TIME = 2;

const panel = document.getElementById("upload");
if (panel) new Uploads(panel);

function Uploads(panel) {
  const { upload, describe, change } = panel.dataset;
  const most = panel.dataset.megabytes * 1024 * 1024;
  const list = panel.querySelector(".upload-files");
  const status = panel.querySelector(".upload-status");
  const next = panel.querySelector(".upload-next");
  const input = panel.querySelector("input[type=file]");
  const form = document.querySelector(".upload-form");
  const waiting = [];
  const all = [];
  let running = 0;

  // The page's own button opens the panel; without this it leads to a form.
  const opener = document.querySelector("[data-opens-upload]");
  opener?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    panel.hidden = false;
    input.click();
  });
  if (form) {
    panel.hidden = false;
    form.classList.add("is-enhanced");
    form.querySelector(".upload-common").hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });

  // Dropping, anywhere on the page

  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const root = document.documentElement;
  let depth = 0;
  window.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    root.dataset.drop = gettext("Drop to upload");
  });
  window.addEventListener("dragleave", (event) => {
    if (hasFiles(event) && --depth <= 0) leave();
  });
  window.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  window.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    leave();
    add(event.dataTransfer.files);
  });
  function leave() {
    depth = 0;
    delete root.dataset.drop;
  }
  window.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files ?? [];
    if (files.length && !event.target.closest("input, textarea")) add(files);
  });

  // The queue

  function add(files) {
    panel.hidden = false;
    for (const file of files) {
      const one = { file, row: line(file), state: "waiting" };
      all.push(one);
      if (file.size > most)
        refuse(
          one,
          interpolate(
            gettext("This file is larger than %s MB. Please upload a smaller one."),
            [panel.dataset.megabytes],
          ),
          false,
        );
      else waiting.push(one);
    }
    panel.scrollIntoView({ block: "nearest" });
    work();
  }

  function work() {
    while (running < AT_A_TIME && waiting.length) send(waiting.shift());
    tell();
  }

  function line(file) {
    const row = document.createElement("li");
    row.className = "upload-file is-waiting";
    row.innerHTML =
      '<span class="upload-thumb"></span><bdi class="upload-name"></bdi><progress max="1" value="0"></progress><span class="upload-said"></span>';
    row.querySelector(".upload-name").textContent = file.name;
    row.querySelector("progress").setAttribute("aria-label", file.name);
    row.querySelector(".upload-said").textContent = gettext("Waiting…");
    list.append(row);
    return row;
  }

  function show(one, state, said) {
    one.state = state;
    one.row.className = `upload-file is-${state}`;
    one.row.querySelector("progress").hidden = state !== "sending";
    const place = one.row.querySelector(".upload-said");
    place.replaceChildren(...[said].flat());
  }

  function refuse(one, sentence, mayRetry = true) {
    show(one, "refused", sentence);
    if (!mayRetry) return;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button-link";
    again.textContent = gettext("Try again");
    again.addEventListener("click", () => {
      waiting.push(one);
      work();
    });
    one.row.querySelector(".upload-said").append(" ", again);
  }

  function send(one, isAgain = false) {
    running += 1;
    show(one, "sending", "");
    const body = new FormData(form ?? undefined);
    body.delete("files");
    body.append("upload", one.file);
    const request = new XMLHttpRequest();
    request.open("POST", upload);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token().value);
    request.responseType = "json";
    const bar = one.row.querySelector("progress");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = event.loaded / event.total;
      // The server reads and shrinks the picture now.
      if (event.loaded === event.total) {
        bar.removeAttribute("value");
        one.row.querySelector(".upload-said").textContent = gettext("Reading…");
      }
    });
    request.addEventListener("loadend", async () => {
      running -= 1;
      const answer = request.response;
      if (answer?.picture) done(one, answer);
      else if (answer?.errors)
        refuse(one, Object.values(answer.errors).flat().join(" "), false);
      else if (request.status === 403 && !isAgain && (await renewToken()))
        return send(one, true);
      else if (request.status === 413)
        refuse(one, gettext("This file is too large for the server."), false);
      else
        refuse(
          one,
          request.status
            ? gettext("The site did not take it. Are you still logged in?")
            : gettext("The connection was lost."),
        );
      work();
    });
    request.send(body);
  }

  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]");

  // Logging in again, in another tab, makes a new one.
  async function renewToken() {
    try {
      const page = await fetch(location.href);
      const text = await page.text();
      const fresh = new DOMParser()
        .parseFromString(text, "text/html")
        .querySelector("#changelist-form, .upload-form")
        ?.querySelector("input[name=csrfmiddlewaretoken]");
      if (fresh) token().value = fresh.value;
      return Boolean(fresh);
    } catch {
      return false;
    }
  }

  function done(one, { picture, is_duplicate, alike = [], remarks = [] }) {
    const image = document.createElement("img");
    image.src = picture.thumb;
    image.alt = "";
    one.row.querySelector(".upload-thumb").replaceChildren(image);
    one.picture = picture;
    if (is_duplicate) {
      const said = [gettext("In the library already:"), " ", to(picture)];
      show(one, "known", said);
    } else if (alike.length) {
      const said = [gettext("Uploaded. It looks like:"), " ", to(alike[0], true)];
      show(one, "alike", [...said, ...remarks.map((remark) => ` ${remark}`)]);
    } else if (remarks.length) {
      show(one, "remarked", [gettext("Uploaded"), ". ", remarks.join(" ")]);
    } else show(one, "done", gettext("Uploaded"));
  }

  function to(picture, hasImage = false) {
    const link = document.createElement("a");
    link.href = change.replace("/0/", `/${picture.id}/`);
    link.target = "_blank";
    if (hasImage) {
      const image = document.createElement("img");
      image.src = picture.thumb;
      image.alt = "";
      link.append(image, " ");
    }
    const name = document.createElement("bdi");
    name.textContent = picture.name;
    link.append(name);
    return link;
  }

  function tell() {
    const open = all.filter(({ state }) => state === "waiting" || state === "sending");
    const fresh = all.filter(({ state }) => ["done", "alike", "remarked"].includes(state));
    status.textContent = open.length
      ? interpolate(gettext("%(done)s of %(all)s uploaded"), {
          done: all.length - open.length,
          all: all.length,
        }, true)
      : "";
    const keys = fresh.map(({ picture }) => picture.id);
    next.hidden = !keys.length || open.length > 0;
    next.querySelector("a").href = `${describe}?pictures=${keys}`;
    // Nothing to read here: straight on to the words.
    if (!open.length && keys.length && all.every(({ state }) => state === "done"))
      location.assign(next.querySelector("a").href);
  }

  window.addEventListener("beforeunload", (event) => {
    if (running || waiting.length) event.preventDefault();
  });
}
