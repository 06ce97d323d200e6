// The pages of imports: how far an upload is, and how far the import itself.

const form = document.querySelector(".import-form");
const running = document.querySelector("[data-progress]");
const EVERY = 1500;

// A file of several gigabytes takes its time, of which the browser says little.
function send(event) {
  const files = [...form.querySelectorAll("[type=file]")];
  if (event.defaultPrevented || !files.some((field) => field.files.length)) return;
  event.preventDefault();
  const sending = form.querySelector(".import-sending");
  const button = form.querySelector("[type=submit]");
  const request = new XMLHttpRequest();
  request.responseType = "json";
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    const share = Math.floor((loaded * 100) / total);
    sending.querySelector("progress").value = share;
    sending.querySelector("[data-share]").textContent = `${share} %`;
  });
  request.addEventListener("loadend", () => {
    const answer = request.response;
    if (answer?.address) {
      location.assign(answer.address);
      return;
    }
    sending.hidden = true;
    button.disabled = false;
    if (answer?.errors) tell(answer.errors);
    // The server, or what stands before it, says in a page of its own what was wrong.
    else form.submit();
  });
  request.open("POST", location.href);
  request.setRequestHeader("Accept", "application/json");
  request.send(new FormData(form));
  button.disabled = true;
  sending.hidden = false;
}

/** Show {field: [sentence]} as the page would have come back. */
function tell(errors) {
  for (const list of form.querySelectorAll(".errorlist")) list.remove();
  for (const row of form.querySelectorAll(".form-row")) row.classList.remove("errors");
  for (const [name, sentences] of Object.entries(errors)) {
    const row = form.querySelector(`.field-${name}`) ?? form;
    const list = document.createElement("ul");
    list.className = "errorlist";
    list.setAttribute("role", "alert");
    for (const sentence of sentences) {
      list.append(Object.assign(document.createElement("li"), { textContent: sentence }));
    }
    row.classList.add("errors");
    row.prepend(list);
    list.scrollIntoView({ block: "center" });
  }
}

async function look() {
  const response = await fetch(running.dataset.progress).catch(() => null);
  if (response?.ok) {
    // Who was logged out meanwhile is led to a page: reloading asks for the password.
    const told = await response.json().catch(() => ({}));
    if (!told.is_under_way || told.state !== running.dataset.state) {
      location.reload();
      return;
    }
    running.querySelector("[data-told]").textContent = told.told;
    const bar = running.querySelector("progress");
    if (told.share === null) bar.removeAttribute("value");
    else bar.value = told.share;
  }
  setTimeout(look, EVERY);
}

form?.addEventListener("submit", send);
if (running) setTimeout(look, EVERY);
