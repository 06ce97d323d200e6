// While an article's form is open, what is typed goes to this browser's journal at
// once and to the server within three seconds. Saving the form asks first whether it
// can be saved, so that no button leads away from a text that would be lost.

import { about, ask } from "desk/server";
import { fill, gist, read } from "desk/form_data";
import * as journal from "desk/journal";
import { logIn } from "desk/login_here";
import { offer } from "desk/recover";

const REST = 1000; // after the last keystroke …
const LONGEST = 2500; // … and at most that long after the first one not sent
const RETRY = [2000, 5000, 10000, 20000];
// A form that was sent and did not lead anywhere goes on keeping.
const SENT_FOR = 15000;

const form = document.querySelector("#article_form, #page_form");
const line = document.querySelector("#saving .saving-line");
const warning = document.querySelector("#saving .saving-alert");

// A name of this opening of the form. randomUUID needs a secure address.
function makeName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

class Keeper {
  page = makeName();
  owner = `${about.user} ${about.kind === "page" ? "page " : ""}${about.article || "new"}`;
  isDirty = false;
  data = []; // the form as it was last looked at
  text = ""; // the same, to be compared
  journaled = ""; // the text that the journal has
  kept = ""; // the text that the server has
  journalFails = false;
  isSent = false; // the form is on its way
  failures = 0;
  state = "";

  start() {
    about.openedAt = Date.now();
    form.elements.autosave_page.value = this.page;
    journal.hold(this.page);
    this.data = this.opened = read(form);
    this.text = JSON.stringify(this.data);
    // The editor spells some stored bodies anew; that is not typing.
    const body = form.elements.body;
    const stored = body?.value;
    const spelled = body?.bodyEditor?.getHTML() ?? stored;
    this.spell = (value) => (value === stored ? spelled : value);
    this.listen();
    // Sent and not saved; or filled by the browser when somebody went back.
    if (about.wasSent || this.wasFilledByBrowser()) this.changed();
    this.offerKept();
  }

  wasFilledByBrowser() {
    return [...form.elements].some(
      (field) =>
        field.name &&
        ["text", "textarea"].includes(field.type) &&
        field.value !== field.defaultValue,
    );
  }

  async offerKept() {
    try {
      await journal.prune();
      await offer({
        owner: this.owner,
        page: this.page,
        opened: this.opened,
        spell: this.spell,
        use: (record, options) => this.use(record, options),
      });
    } catch (error) {
      this.noJournal(error);
    }
  }

  /** Put a kept text into the form, which is then unsaved. */
  async use(record, options) {
    if (!about.article && record.token) form.elements.autosave_token.value = record.token;
    fill(form, record.data, options);
    this.look();
    if (this.writing) await this.writing;
  }

  listen() {
    // At the end of this very keystroke; several changes at once are one look. The
    // journal is written as fast as the disk takes it, with the newest text.
    const soon = () => {
      this.lookSoon ??= setTimeout(() => this.look());
    };
    for (const event of ["input", "change", "click", "pointerup", "keyup"])
      form.addEventListener(event, soon);
    for (const event of ["formset:added", "formset:removed"])
      document.addEventListener(event, soon);
    // Select2 tells jQuery alone.
    globalThis.django?.jQuery(form).on("change", soon);
    document.addEventListener("visibilitychange", () => this.look());
    window.addEventListener("pagehide", () => this.look());
    window.addEventListener("online", () => this.send());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.isSent = false;
    });
    window.addEventListener("beforeunload", (event) => {
      this.look();
      if (this.isDirty && this.journalFails && this.kept !== this.text && !this.isSent)
        event.preventDefault();
    });
    // On the document: after the form's own listeners, before once.js.
    document.addEventListener("submit", (event) => {
      if (event.target !== form || event.defaultPrevented || this.isSent) return;
      event.preventDefault();
      this.save(event.submitter);
    });
  }

  look() {
    clearTimeout(this.lookSoon);
    this.lookSoon = undefined;
    const data = read(form);
    const text = JSON.stringify(data);
    if (text === this.text) return;
    this.data = data;
    this.text = text;
    this.changed();
  }

  changed() {
    this.isDirty = true;
    this.changedAt = Date.now();
    this.write();
    this.sendSoon();
  }

  // The journal.

  write() {
    this.writing ??= this.writeAll().finally(() => (this.writing = undefined));
    return this.writing;
  }

  async writeAll() {
    while (this.journaled !== this.text) {
      const { text, data } = this;
      try {
        await journal.write({ ...this.record(), data });
        this.journaled = text;
        this.journalFails = false;
      } catch (error) {
        this.noJournal(error);
        return;
      }
    }
  }

  record(sent = false) {
    return {
      page: this.page,
      owner: this.owner,
      token: form.elements.autosave_token.value,
      data: this.data,
      at: this.changedAt ?? Date.now(),
      sent,
    };
  }

  noJournal(error) {
    // A full disk, a private window, storage that is forbidden.
    if (!(error instanceof DOMException || error instanceof ReferenceError)) throw error;
    this.journalFails = true;
    this.show(this.state);
  }

  // The server's buffer.

  sendSoon(wait = REST) {
    if (this.isSent) return;
    const now = Date.now();
    this.unsentSince ??= now;
    clearTimeout(this.timer);
    const latest = this.unsentSince + LONGEST - now;
    const delay = this.failures ? wait : Math.max(0, Math.min(wait, latest));
    this.timer = setTimeout(() => this.send(), delay);
  }

  /** Send what is new; return the server's answer. One request at a time. */
  async send() {
    clearTimeout(this.timer);
    while (this.sending) await this.sending;
    if (!this.isDirty || this.kept === this.text) return { state: "ok" };
    this.sending = this.sendNow().finally(() => (this.sending = undefined));
    return this.sending;
  }

  async sendNow() {
    const { text, data } = this;
    this.unsentSince = undefined;
    // Said only where it takes time: a line that flickers is read by nobody.
    const slow = setTimeout(() => this.show("saving"), 300);
    const body = {
      article: about.article,
      token: form.elements.autosave_token.value,
      page: this.page,
      data,
    };
    const answer =
      text.length > Number(about.limit)
        ? { state: "large", message: about.tooLarge }
        : await ask(about.keepUrl, body);
    clearTimeout(slow);
    if (answer.state === "ok") {
      this.kept = text;
      this.failures = 0;
      this.savedAt = answer.at;
      warning.hidden = true;
    } else {
      this.failures += 1;
    }
    this.show(answer.state === "ok" ? "saved" : answer.state, answer.message);
    if (this.kept !== this.text)
      this.sendSoon(
        this.failures ? RETRY[Math.min(this.failures, RETRY.length) - 1] : REST,
      );
    return answer;
  }

  // The line that says so.

  show(state, message) {
    this.state = state;
    this.message = message ?? this.message;
    const here = this.journalFails
      ? gettext("This browser cannot keep your text: its storage is full or forbidden.")
      : gettext("Your text is kept in this browser.");
    const [loud, quiet] = {
      "": ["", ""],
      saving: [gettext("Saving…"), ""],
      saved: [
        interpolate(gettext("Saved %s"), [this.savedAt]),
        gettext("for you alone: not in the article yet."),
      ],
      offline: this.journalFails
        ? [gettext("Offline."), here]
        : [gettext("Offline, kept in this browser"), ""],
      login: [
        this.journalFails
          ? gettext("Session expired: log in here")
          : gettext("Session expired: log in here, your text is safe"),
        this.journalFails ? here : "",
      ],
      other: [
        interpolate(gettext("%s is logged in here now: log in again as yourself"), [
          this.message,
        ]),
        here,
      ],
      broken: [gettext("The server failed to keep it."), here],
      large: [this.message, here],
      gone: [this.message, here],
      refused: [this.message ?? gettext("The server refused it."), here],
    }[state];
    line.dataset.state = state;
    const asksLogin = state === "login" || state === "other";
    const first = document.createElement(asksLogin ? "button" : "strong");
    first.textContent = loud;
    if (asksLogin) {
      first.type = "button";
      first.addEventListener("click", () => this.logIn());
    }
    const said =
      this.journalFails && !quiet && state ? here : quiet;
    line.replaceChildren(...(loud ? [first] : []), said ? ` ${said}` : "");
  }

  async logIn() {
    const sentence =
      this.state === "other"
        ? gettext("This logs the other person out in this browser.")
        : gettext("Then you go on where you are. Your text stays as it is.");
    const isIn = await logIn(sentence);
    if (isIn) {
      warning.hidden = true;
      this.failures = 0;
      this.kept = this.isDirty ? "" : this.kept;
      await this.send();
      if (!this.isDirty) this.show("");
    }
    return isIn;
  }

  // The form's buttons.

  /** Send the form, if the server is there and would take it. */
  async save(button) {
    if (this.isChecking) return;
    this.isChecking = true;
    form.setAttribute("aria-busy", "true");
    try {
      this.look();
      await this.write();
      if (await this.mayGo()) {
        await this.seal();
        this.go(button);
      }
    } finally {
      this.isChecking = false;
      form.removeAttribute("aria-busy");
    }
  }

  async mayGo() {
    let answer = this.isDirty ? await this.sendAgain() : await ask(about.checkUrl);
    // A fault of the buffer alone must not keep anybody from saving.
    if (answer.state === "broken" && !this.journalFails) answer = await ask(about.checkUrl);
    if (answer.state === "ok") return true;
    this.show(answer.state, answer.message);
    if (answer.state === "login" || answer.state === "other")
      return (await this.logIn()) && this.mayGo();
    warning.textContent = interpolate(gettext("Not saved: %s"), [
      answer.state === "offline"
        ? gettext("the server does not answer. Press the button again when it does.")
        : (answer.message ?? gettext("the server failed. Please try again.")),
    ]);
    warning.hidden = false;
    return false;
  }

  /** Send the form to the buffer even if it has it: that checks all there is. */
  async sendAgain() {
    while (this.sending) await this.sending;
    this.kept = "";
    return this.send();
  }

  /** Note in the journal that this is what was sent, so that it ends with it. */
  async seal() {
    if (!this.isDirty || this.journalFails) return;
    await journal.write(this.record(true));
  }

  go(button) {
    warning.hidden = true;
    this.isSent = true;
    clearTimeout(this.timer);
    setTimeout(() => {
      this.isSent = false;
      this.sendSoon();
    }, SENT_FOR);
    form.dispatchEvent(new CustomEvent("desk:sent"));
    if (button?.isConnected) form.requestSubmit(button);
    else form.requestSubmit();
  }
}

function begin() {
  new Keeper().start();
  about.ready = "true";
  document.dispatchEvent(new Event("desk:ready"));
}

// The list of articles loads this script as well, and has no form.
if (form && about) {
  const body = form.elements.body;
  if (!body || body.bodyEditor || !body.matches("[data-django-prose-editor-body]"))
    begin();
  else body.addEventListener("body-editor:ready", begin, { once: true });
}
