// Notes on an article: sent beside the form, which stays as it is, and tied to
// paragraphs of the body by how these begin.

import { logIn } from "desk/login_here";
import { about, ask } from "desk/server";

const LENGTH = 200; // of what is kept of a paragraph (Note.paragraph)
const ALIKE = 40; // so many first letters make an edited paragraph the same
const MARKED = 3000;

const panel = document.querySelector("[data-notes]");
const form = document.getElementById("notes-form");
if (panel && form) start();

function start() {
  const list = panel.querySelector("[data-list]");
  const told = panel.querySelector(".note-told");
  const { note_text: text, note_paragraph: paragraph } = form.elements;
  const at = panel.querySelector(".note-at");
  const key = `note ${about?.user} ${panel.dataset.notes}`;
  let body;

  // What is half written survives a reload, a save and a crash.

  function keep() {
    try {
      if (text.value) localStorage.setItem(key, text.value);
      else localStorage.removeItem(key);
    } catch (error) {
      // A browser that stores nothing, or is full: the page still holds the text.
      if (!(error instanceof DOMException)) throw error;
    }
  }

  function recall() {
    try {
      text.value ||= localStorage.getItem(key) ?? "";
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }

  if (about) {
    recall();
    text.addEventListener("input", keep);
  }
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  // Sending.

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (button?.dataset.sure && button.textContent !== button.dataset.sure) {
      event.preventDefault();
      button.textContent = button.dataset.sure;
      return;
    }
    // Who may only look at the form has no script's way to the server.
    if (!about) return;
    event.preventDefault();
    const isNew = !button?.hasAttribute("formaction");
    const sent = isNew ? { note_text: text.value, note_paragraph: paragraph.value } : {};
    const address = isNew ? form.action : button.formAction;
    if (panel.classList.contains("is-sending")) return;
    panel.classList.add("is-sending");
    told.textContent = "";
    let answer = await ask(address, sent);
    if (answer.state === "login" && (await logIn(panel.dataset.login))) {
      answer = await ask(address, sent);
    }
    panel.classList.remove("is-sending");
    if (answer.state !== "ok") {
      told.textContent = explain(answer);
      return;
    }
    // What was typed while the answer was on its way is another note.
    if (isNew && text.value === sent.note_text) text.value = "";
    keep();
    show(answer);
    if (!isNew) panel.querySelector("#notes-title").focus();
  });

  function explain({ state, message }) {
    const { expired, other, offline, broken } = panel.dataset;
    if (state === "login") return expired;
    if (state === "other") return other;
    if (state === "offline") return offline;
    return message ?? broken;
  }

  function show({ html, count, message }) {
    const isOpen = list.querySelector("details")?.open;
    list.innerHTML = html;
    const resolved = list.querySelector("details");
    if (resolved && isOpen) resolved.open = true;
    panel.querySelector(".note-count").textContent = count || "";
    told.textContent = message;
    lookForAll();
  }

  // Paragraphs.

  const plain = (words) => words.replace(/\s+/g, " ").trim();

  function blocks() {
    const found = [];
    body.state.doc.descendants((node, position) => {
      if (!node.isTextblock) return true;
      found.push({ position, words: plain(node.textContent) });
      return false;
    });
    return found;
  }

  // The paragraph itself, else one that still begins so, else one much like it.
  function find(start, among) {
    const most = start.slice(0, ALIKE);
    return (
      among.find(({ words }) => words === start) ??
      among.find(({ words }) => start.length === LENGTH && words.startsWith(start)) ??
      among.find(({ words }) => words && words.startsWith(start)) ??
      among.find(({ words }) => most.length === ALIKE && words.startsWith(most))
    );
  }

  function lookForAll() {
    if (!body) return;
    const among = blocks();
    for (const button of list.querySelectorAll("[data-paragraph]")) {
      const isGone = !find(button.dataset.paragraph, among);
      button.disabled = isGone;
      button.nextElementSibling.hidden = !isGone;
    }
  }

  list.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-paragraph]");
    const block = body && button && find(button.dataset.paragraph, blocks());
    if (!block) return;
    body.commands.setTextSelection(block.position + 1);
    body.view.focus();
    mark(body.view.nodeDOM(block.position));
  });

  // A frame above the paragraph: nothing within the editor is touched.
  function mark(element) {
    element.scrollIntoView({ block: "center" });
    const { left, top, width, height } = element.getBoundingClientRect();
    document.querySelector(".note-mark")?.remove();
    const frame = document.createElement("div");
    frame.className = "note-mark";
    frame.style.left = `${left + window.scrollX}px`;
    frame.style.top = `${top + window.scrollY}px`;
    frame.style.width = `${width}px`;
    frame.style.height = `${height}px`;
    document.body.append(frame);
    setTimeout(() => frame.remove(), MARKED);
  }

  function follow() {
    // Nobody chose the place where the cursor stands when a page opens.
    if (!body.view.hasFocus()) return;
    const words = plain(body.state.selection.$from.parent.textContent);
    at.hidden = !words;
    at.querySelector("[data-at]").textContent =
      words.length > 60 ? `${words.slice(0, 60)}…` : words;
    at.dataset.words = words.slice(0, LENGTH);
    choose();
  }

  function choose() {
    const isChosen = !at.hidden && at.querySelector("input").checked;
    paragraph.value = isChosen ? at.dataset.words.trim() : "";
  }

  function meet(textarea) {
    if (body || textarea?.name !== "body" || !textarea.bodyEditor) return;
    body = textarea.bodyEditor.editor;
    body.on("selectionUpdate", follow);
    body.on("focus", follow);
    let waiting;
    body.on("update", () => {
      follow();
      clearTimeout(waiting);
      waiting = setTimeout(lookForAll, 300);
    });
    lookForAll();
  }

  at.querySelector("input").addEventListener("change", choose);
  document.addEventListener("body-editor:ready", ({ target }) => meet(target));
  meet(document.getElementById("id_body"));
}
