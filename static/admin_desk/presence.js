// Who else has this article open, and handing it over.

import { about, ask } from "desk/server";

const form = document.getElementById("article_form");
const place = document.getElementById("presence");
const TAB = "desk-tab";
const HANDING_OVER = "desk-handing-over";
const TYPED = 3000;

function remember(name, value) {
  try {
    if (value === undefined) {
      const found = sessionStorage.getItem(name);
      sessionStorage.removeItem(name);
      return found;
    }
    sessionStorage.setItem(name, value);
  } catch (error) {
    // Storage is forbidden here: every page is a tab of its own.
    if (!(error instanceof DOMException)) throw error;
  }
  return null;
}

function element(tag, properties, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const button = (text, onClick) => {
  const made = element("button", { type: "button", textContent: text });
  made.addEventListener("click", onClick);
  return made;
};

const say = (text, ...values) => interpolate(gettext(text), values);

class Presence {
  // Handed from page to page of one tab; a copy of the tab does not get it.
  tab = remember(TAB) ?? form.elements.autosave_page.value;
  others = [];
  answers = new Map();
  heard = [];
  asked = null;
  waitsFor = new Map(); // people who were asked: {person: name}
  typedAt = 0;
  saved = null;
  isLeaving = false;

  start() {
    form.addEventListener("input", () => this.typed());
    form.addEventListener("desk:sent", () => (this.isLeaving = true));
    window.addEventListener("pagehide", () => this.leave());
    // At once when somebody comes back to the tab.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.beat();
    });
    document.addEventListener("desk:beat", () => this.beat());
    this.beat();
    // A tab in the background beats once a minute: browsers slow it down, and
    // whoever left it there is not at work on the article.
    setInterval(() => this.beat(), Number(place.dataset.beat) * 1000);
    const to = remember(HANDING_OVER);
    if (to && about.savedPages) this.handedOver();
    else if (to) this.couldNotHandOver();
  }

  url(name) {
    return place.dataset[`${name}Url`];
  }

  typed() {
    this.hasTyped = true;
    if (Date.now() - this.typedAt < TYPED) return;
    this.typedAt = Date.now();
    this.beat();
  }

  async beat() {
    if (this.isBeating || this.isGone) return;
    this.isBeating = true;
    const { heard, hasTyped } = this;
    this.hasTyped = false;
    const answer = await ask(this.url("beat"), {
      tab: this.tab,
      typed: Boolean(hasTyped),
      heard,
    });
    this.isBeating = false;
    if (answer.state !== "ok") return;
    this.heard = this.heard.filter((key) => !heard.includes(key));
    this.take(answer);
    this.show();
  }

  take({ others, asked, answers, stamp, saved }) {
    for (const { key, name, yes } of answers) {
      this.answers.set(key, { name, yes });
      this.heard.push(key);
      for (const [person, other] of this.waitsFor)
        if (other === name) this.waitsFor.delete(person);
    }
    for (const { person, name, was_asked: wasAsked } of others)
      if (wasAsked) this.waitsFor.set(person, name);
    for (const [person, name] of this.waitsFor)
      if (!others.some((other) => other.person === person)) {
        this.waitsFor.delete(person);
        this.answers.set(`left-${person}`, { name, left: true });
      }
    this.others = others;
    this.asked = asked;
    this.saved = stamp === about.stamp ? null : saved;
  }

  // One line each; only what changed is written, so that it is not read out again.
  show() {
    const lines = [
      ...this.asked ? [this.question()] : [],
      ...[...this.answers].map(([key, answer]) => this.answered(key, answer)),
      ...this.saved ? [this.savedMeanwhile()] : [],
      ...this.people(),
    ];
    const texts = lines.map(({ text }) => text).join("\n");
    if (texts === this.shown) return;
    this.shown = texts;
    place.replaceChildren(
      ...lines.map(({ text, buttons = [], kind = "" }) =>
        element("li", { className: `presence-line ${kind}` }, [
          element("span", { textContent: text }),
          ...buttons,
        ]),
      ),
    );
    place.hidden = !lines.length;
  }

  people() {
    const lines = new Map();
    for (const other of this.others) {
      const key = other.is_you ? "you" : other.person;
      const before = lines.get(key);
      if (before) before.is_typing ||= other.is_typing;
      else lines.set(key, { ...other });
    }
    return [...lines.values()].map((other) => {
      if (other.is_you)
        return { text: say("You have this open in another tab, since %s.", other.since) };
      const text = other.is_typing
        ? say("%s is typing here, since %s.", other.name, other.since)
        : say("%s has this open since %s.", other.name, other.since);
      if (this.waitsFor.has(other.person))
        return { text: `${text} ${gettext("You asked to take over.")}` };
      return {
        text,
        buttons: [button(gettext("Ask to hand over"), () => this.ask(other))],
      };
    });
  }

  savedMeanwhile() {
    const { name, at } = this.saved;
    const text = name
      ? say("%s saved this at %s; your changes will be merged when you save.", name, at)
      : say("This was saved at %s; your changes will be merged when you save.", at);
    return {
      text,
      kind: "is-news",
      buttons: [button(gettext("Show what is saved"), () => location.assign(location.pathname))],
    };
  }

  // Handing over.

  async ask({ person, name }) {
    const answer = await ask(this.url("ask"), { person });
    if (answer.state !== "ok" || !answer.asked) return this.beat();
    this.waitsFor.set(person, name);
    this.show();
  }

  question() {
    return {
      text: say("%s would like to take over.", this.asked),
      kind: "is-question",
      buttons: [
        button(gettext("Hand over"), () => this.handOver()),
        button(gettext("Not now"), () => this.refuse()),
      ],
    };
  }

  answered(key, { name, yes, left, text }) {
    text ??= left
      ? say("%s has closed this: it is yours.", name)
      : yes
        ? say("%s has saved this and handed it over to you.", name)
        : say("%s would rather not hand over now.", name);
    const close = () => {
      this.answers.delete(key);
      this.show();
    };
    return {
      text,
      kind: "is-news",
      buttons: [button(gettext("OK"), close)],
    };
  }

  async refuse() {
    await ask(this.url("answer"), { yes: false });
    this.asked = null;
    this.show();
  }

  /** Save as the Save button does; the saved page goes on with `handedOver`. */
  handOver() {
    remember(HANDING_OVER, about.article);
    const main = form.querySelector("button[name=_save]") ?? form.querySelector("button[data-main]");
    form.requestSubmit(main);
  }

  async handedOver() {
    const answer = await ask(this.url("answer"), { yes: true });
    if (answer.state !== "ok") return;
    this.isGone = true;
    location.assign(place.dataset.listUrl);
  }

  couldNotHandOver() {
    this.answers.set("failed", {
      text: gettext("Not handed over: the article could not be saved."),
    });
  }

  leave() {
    if (this.isLeaving) {
      remember(TAB, this.tab);
      return;
    }
    this.isGone = true;
    const sent = new FormData();
    sent.append("tab", this.tab);
    sent.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    navigator.sendBeacon(this.url("leave"), sent);
  }
}

if (place && about) {
  const begin = () => new Presence().start();
  // autosave.js names this opening of the form, sooner or later than this runs.
  if (about.ready) begin();
  else document.addEventListener("desk:ready", begin, { once: true });
}
