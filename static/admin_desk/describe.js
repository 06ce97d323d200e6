// The sheet of new pictures keeps each one's words as soon as it is left, or after a
// pause. The button at the bottom saves all of them, and works without this.

const PAUSE = 2500;
const AGAIN = 15000;

const sheet = document.querySelector("form.describe");
if (sheet) {
  const rows = [...sheet.querySelectorAll(".describe-row")].map((dom) => new Row(dom));
  let isSending = false;
  sheet.addEventListener("submit", () => (isSending = true));
  window.addEventListener("beforeunload", (event) => {
    if (!isSending && rows.some((row) => row.isDirty)) event.preventDefault();
  });
  fillIn(rows);
}

function Row(dom) {
  const said = dom.querySelector(".describe-said");
  const key = dom.dataset.picture;
  let changes = 0;
  let pause;
  let last = Promise.resolve();
  this.dom = dom;
  this.isDirty = false;

  dom.addEventListener("input", () => {
    changes += 1;
    this.isDirty = true;
    said.textContent = "";
    clearTimeout(pause);
    pause = setTimeout(() => this.save(), PAUSE);
  });
  dom.addEventListener("focusout", (event) => {
    if (!dom.contains(event.relatedTarget)) this.save();
  });

  this.save = () => {
    clearTimeout(pause);
    // One after the other: each brings the base of the next.
    last = last.then(() => (this.isDirty ? send() : null));
  };

  const send = async () => {
    const sent = changes;
    const body = new FormData();
    const token = sheet.querySelector("input[name=csrfmiddlewaretoken]").value;
    body.set("csrfmiddlewaretoken", token);
    for (const input of dom.querySelectorAll("input, textarea, select"))
      if (input.name && (input.type !== "checkbox" || input.checked))
        body.append(input.name, input.value);
    said.textContent = gettext("Saving…");
    let answer;
    try {
      const response = await fetch(sheet.action || location.href, {
        method: "POST",
        headers: { Accept: "application/json" },
        body,
      });
      if (!response.ok) throw new TypeError(response.status);
      answer = (await response.json()).rows[key];
    } catch (error) {
      // What fetch and json() throw for a lost connection or session.
      if (!["TypeError", "SyntaxError"].includes(error.name)) throw error;
      say(gettext("Not saved yet: are you online and logged in?"), true);
      pause = setTimeout(() => this.save(), AGAIN);
      return;
    }
    if (!answer) return say(gettext("This picture is gone."), true);
    const errors = Object.values(answer.errors).flat();
    if (errors.length) return say(errors.join(" "), true);
    dom.querySelector(`[name="p${key}-_base"]`).value = answer.base;
    for (const [name, value] of Object.entries(answer.values)) {
      const input = dom.querySelector(`[name="p${key}-${name}"]`);
      if (input.type === "checkbox") input.checked = Boolean(value);
      else input.value = value;
    }
    if (sent === changes) this.isDirty = false;
    const now = new Date().toLocaleTimeString(document.documentElement.lang, {
      hour: "2-digit",
      minute: "2-digit",
    });
    say(interpolate(gettext("Saved %s"), [now]), false);
  };

  function say(text, isTrouble) {
    said.textContent = text;
    said.classList.toggle("is-trouble", isTrouble);
  }
}

function fillIn(rows) {
  const button = sheet.querySelector("[data-fill-in]");
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const input of sheet.querySelectorAll('.describe-all [name^="all-"]')) {
      const name = input.name.slice("all-".length);
      if (!input.value) continue;
      for (const row of rows) {
        const own = row.dom.querySelector(`[name$="-${name}"]`);
        if (own.value) continue;
        own.value = input.value;
        own.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
    for (const row of rows) row.save();
  });
}
