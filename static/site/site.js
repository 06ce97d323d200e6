// Every page reads, and every link works, without this script. It stands in a block of
// its own, because the desk's preview writes the page anew into the same window.
"use strict";

{
  // Share buttons.
  const announce = (button, words) => {
    const said = button.closest(".share").querySelector(".said");
    said.textContent = words;
    setTimeout(() => (said.textContent = ""), 4000);
  };

  const offer = (selector, isPossible, act) => {
    if (!isPossible) return;
    for (const button of document.querySelectorAll(selector)) {
      button.addEventListener("click", () => act(button, button.closest(".share").dataset));
    }
  };

  offer("[data-share]", navigator.share, (button, { address, title }) =>
    // Whoever closes the device's sheet has not made an error.
    navigator.share({ url: address, title }).catch(() => {}),
  );

  // Browsers offer the clipboard to secure pages only.
  offer("[data-copy]", navigator.clipboard, (button, { address }) =>
    navigator.clipboard.writeText(address).then(
      () => announce(button, button.dataset.copy),
      () => announce(button, address),
    ),
  );

  // The reader's own text size and colours. static/site/first.js applies them to the
  // next page before it is drawn.
  const root = document.documentElement;
  const display = document.getElementById("display");
  display.hidden = false;
  if ("popover" in display) {
    display.popover = "auto";
    for (const button of document.querySelectorAll(".opens-display, .display .close")) button.popoverTargetElement = display;
  }
  for (const input of document.querySelectorAll("#display input")) {
    const { name, value } = input;
    input.checked = (root.dataset[name] ?? "") === value;
    input.addEventListener("change", () => {
      if (value) root.dataset[name] = value;
      else delete root.dataset[name];
      try {
        if (value) localStorage.setItem(`reading-${name}`, value);
        else localStorage.removeItem(`reading-${name}`);
      } catch {
        // Then it holds for this page.
      }
      place();
    });
  }

  // Notes beside the lines they belong to, none over another. Where there is no room,
  // the style sheet leaves them at the end.
  const notes = document.querySelector(".annotated .notes ol");

  function place() {
    if (!notes) return;
    const top = document.querySelector("main").getBoundingClientRect().top;
    let free = 0;
    for (const note of notes.children) {
      const reference = document.getElementById(note.id.replace("note", "ref"));
      const at = reference ? reference.getBoundingClientRect().top - top : 0;
      note.style.top = `${Math.max(at, free)}px`;
      free = Math.max(at, free) + note.offsetHeight + 12;
    }
    notes.classList.add("placed");
  }

  place();
  // Pictures have their size from the start; fonts, embeds and windows change theirs.
  if (notes) new ResizeObserver(place).observe(document.querySelector(".body"));

  // Listen: the browser's own voice, where it has one for the story's language.
  const listen = document.querySelector(".listen");
  const story = document.querySelector("article.story");
  if (listen && window.speechSynthesis) readAloud(listen, window.speechSynthesis);

  function readAloud(button, speech) {
    const stop = button.parentElement.querySelector(".stop");
    const heard = button.parentElement.querySelector(".heard");
    const words = { idle: button.textContent, reading: button.dataset.pause, paused: button.dataset.resume };
    let state = "idle";
    let lines = [];
    let at = 0;
    let turn = 0;

    const base = (language) => language.toLowerCase().split(/[-_]/)[0];
    const voiceFor = (language) => {
      const voices = speech.getVoices().filter((voice) => base(voice.lang) === base(language));
      return voices.find((voice) => voice.lang.toLowerCase() === language.toLowerCase()) ?? voices[0];
    };
    const offer = () => button.classList.toggle("can-speak", Boolean(voiceFor(story.lang)));

    const show = (next, said) => {
      state = next;
      button.textContent = words[state];
      stop.hidden = state === "idle";
      heard.textContent = said ?? "";
    };

    const mark = (block) => {
      document.querySelector(".spoken")?.classList.remove("spoken");
      block?.classList.add("spoken");
    };

    // A sentence at a time: some voices fall silent after a quarter of a minute, and
    // Android cannot pause within one. To pause is to stop before this sentence.
    const speak = () => {
      const line = lines[at];
      const mine = ++turn;
      mark(line?.block);
      if (!line) {
        show("idle", button.dataset.stopped);
        return;
      }
      const utterance = new SpeechSynthesisUtterance(line.text);
      utterance.lang = line.language;
      utterance.voice = voiceFor(line.language) ?? null;
      utterance.onend = utterance.onerror = () => {
        if (mine !== turn || state !== "reading") return;
        at += 1;
        speak();
      };
      speech.speak(utterance);
    };

    const hush = () => {
      turn += 1;
      speech.cancel();
    };

    button.addEventListener("click", () => {
      if (state === "reading") {
        hush();
        show("paused", button.dataset.paused);
        return;
      }
      if (state === "idle") {
        lines = linesOf(story);
        at = 0;
      }
      show("reading", button.dataset.reading);
      speak();
    });
    stop.addEventListener("click", () => {
      hush();
      mark(null);
      show("idle", button.dataset.stopped);
      button.focus();
    });
    // Browsers go on speaking after the page is left.
    window.addEventListener("pagehide", hush);
    speech.addEventListener?.("voiceschanged", offer);
    offer();
  }

  // The story's sentences with their language and block: headline, standfirst and text,
  // without advertisements, captions, tables, numbers of notes and what is said twice.
  function linesOf(story) {
    const lines = [];
    for (const block of story.querySelectorAll("h1, .standfirst, .body :is(h2, h3, h4, p, li, dt, dd, footer)")) {
      if (block.closest(".blocks, figure, .pullquote, .table, [aria-hidden]") || block.querySelector("p, li")) continue;
      const text = block.cloneNode(true);
      for (const mute of text.querySelectorAll(".footnote, .source")) mute.remove();
      const language = block.closest("[lang]").lang;
      for (const sentence of sentences(text.textContent, language)) lines.push({ text: sentence, language, block });
    }
    return lines;
  }

  function sentences(text, language) {
    const whole = text.replace(/\s+/g, " ").trim();
    try {
      const parts = [...new Intl.Segmenter(language, { granularity: "sentence" }).segment(whole)];
      return parts.map((part) => part.segment.trim()).filter(Boolean);
    } catch {
      return whole ? [whole] : [];
    }
  }

  // A story counts once in a browser's session, when it was in view for eight seconds: its
  // number is sent, and nothing else (docs/reading-counts.md).
  function countRead({ read, article }) {
    let left = 8000;
    let began = 0;
    let timer;
    const isCounted = () => {
      try {
        const name = `read-${article}`;
        const was = sessionStorage.getItem(name);
        sessionStorage.setItem(name, "1");
        return was;
      } catch {
        return false;
      }
    };
    const send = () => {
      document.removeEventListener("visibilitychange", look);
      if (!isCounted()) navigator.sendBeacon(read, article);
    };
    function look() {
      clearTimeout(timer);
      if (began) left -= Date.now() - began;
      began = 0;
      // A page that is loaded beforehand is hidden until somebody wants it.
      if (document.visibilityState !== "visible" || document.prerendering) return;
      began = Date.now();
      timer = setTimeout(send, left);
    }
    document.addEventListener("visibilitychange", look);
    look();
  }

  // The list is asked for when the reader comes near; the style sheet keeps its place.
  const mostRead = document.querySelector("[data-list]");
  if (mostRead) {
    if (mostRead.dataset.read && !navigator.webdriver) countRead(mostRead.dataset);
    const near = new IntersectionObserver(
      async ([entry]) => {
        if (!entry.isIntersecting) return;
        near.disconnect();
        // Without an answer, the link to the page stays.
        const answer = await fetch(mostRead.dataset.list).catch(() => null);
        const list = answer?.ok ? await answer.text() : "";
        mostRead.insertAdjacentHTML("beforeend", list);
        // Nothing comes: no place is kept for it. A new site has no list at all.
        if (!list.trim()) delete mostRead.dataset.list;
        mostRead.hidden = answer?.ok && !list.trim();
        mostRead.querySelector(`a[href="${CSS.escape(location.pathname)}"]`)?.setAttribute("aria-current", "page");
      },
      { rootMargin: "600px" },
    );
    near.observe(mostRead);
  }
}
