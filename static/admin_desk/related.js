// Turns the line of picked stories into a list with a search (the combobox pattern of
// the ARIA Authoring Practices). The line of keys stays the form's value, as
// articles/admin/related_field.py reads it. The list is put in order by dragging, or
// with the buttons of each story.

import { drag, firstBelow } from "./dragging.js";

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function button(className, label, text) {
  const made = element("button", className, text);
  made.type = "button";
  made.title = label;
  return made;
}

const readKeys = (line) => [...new Set(line.value.match(/\d+/g) ?? [])];

function equip(field) {
  const line = field.querySelector("input");
  const list = field.querySelector("ol");
  const label = document.querySelector(`label[for="${line.id}"]`);
  const words = field.dataset;
  const most = Number(words.most);
  const known = new Map();
  let keys = readKeys(line);
  let options = [];
  let active = -1;
  let asked = 0;

  for (const item of list.children)
    known.set(item.dataset.story, {
      ...item.dataset,
      headline: item.textContent,
      language: item.lang,
      direction: item.dir,
    });

  const input = element("input", "related-input");
  const menu = element("ul", "related-options tags-options");
  const status = element("span", "visually-hidden");
  menu.id = `${line.id}-options`;
  menu.setAttribute("role", "listbox");
  menu.setAttribute("aria-label", label?.textContent ?? "");
  menu.hidden = true;
  status.setAttribute("role", "status");
  for (const [key, value] of Object.entries({
    type: "text",
    role: "combobox",
    id: `${line.id}-typed`,
    autocomplete: "off",
    placeholder: words.placeholder,
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": menu.id,
  }))
    input.setAttribute(key, value);
  if (line.getAttribute("aria-describedby"))
    input.setAttribute("aria-describedby", line.getAttribute("aria-describedby"));
  label?.setAttribute("for", input.id);
  line.hidden = true;
  const box = element("div", "related-search");
  box.append(input, menu);
  field.append(box, status);

  function told(story) {
    const name = element("bdi", "related-name", story.headline);
    if (story.language) name.lang = story.language;
    name.dir = story.direction || "auto";
    const parts = [name];
    // Live ones need no word: they are what readers see.
    if (story.state !== "live")
      parts.push(" ", element("span", `state state-${story.state}`, story.label));
    if (story.day) parts.push(" ", element("span", "quiet related-day", story.day));
    return parts;
  }

  function row(key) {
    const story = known.get(key) ?? { headline: `№ ${key}`, state: "live" };
    const item = element("li", "related-story");
    item.dataset.story = key; // data-key is what keys.js writes into
    const handle = button("sort-handle", words.drag, "⠿");
    handle.tabIndex = -1; // the two others do the same from the keyboard
    handle.setAttribute("aria-hidden", "true");
    handle.addEventListener("pointerdown", (event) => dragStory(event, item));
    const name = element("span", "related-told");
    name.append(...told(story));
    const buttons = element("span", "related-buttons");
    for (const [className, text, sign, act] of [
      ["sort-up", words.up, "↑", () => move(key, -1)],
      ["sort-down", words.down, "↓", () => move(key, 1)],
      ["related-remove", words.remove, "×", () => remove(key)],
    ]) {
      const made = button(className, text, sign);
      made.setAttribute("aria-label", `${text}: ${story.headline}`);
      made.addEventListener("click", act);
      buttons.append(made);
    }
    item.append(handle, name, buttons);
    return item;
  }

  function show() {
    list.replaceChildren(...keys.map(row));
    list.hidden = keys.length === 0;
    const ups = list.querySelectorAll(".sort-up");
    const downs = list.querySelectorAll(".sort-down");
    if (ups.length) {
      ups[0].disabled = true;
      downs[downs.length - 1].disabled = true;
    }
    input.disabled = keys.length >= most;
    if (input.disabled) status.textContent = words.full;
  }

  function changed() {
    line.value = keys.join(", ");
    show();
    line.dispatchEvent(new Event("input", { bubbles: true }));
    line.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function move(key, step) {
    const place = keys.indexOf(key);
    const target = place + step;
    if (target < 0 || target >= keys.length) return;
    [keys[place], keys[target]] = [keys[target], keys[place]];
    changed();
    const item = list.children[target];
    const wanted = item.querySelector(step < 0 ? ".sort-up" : ".sort-down");
    const other = item.querySelector(step < 0 ? ".sort-down" : ".sort-up");
    (wanted.disabled ? other : wanted).focus();
    status.textContent = `${target + 1} / ${keys.length}`;
  }

  function remove(key) {
    const place = keys.indexOf(key);
    keys = keys.filter((other) => other !== key);
    changed();
    const next = list.children[Math.min(place, keys.length - 1)];
    (next?.querySelector(".related-remove") ?? input).focus();
  }

  function dragStory(event, item) {
    const follow = ({ clientY }) => {
      const below = firstBelow([...list.children], item, clientY);
      if (below !== item.nextElementSibling) list.insertBefore(item, below ?? null);
    };
    drag(event, item, follow, () => {
      keys = [...list.children].map((other) => other.dataset.story);
      changed();
    });
  }

  function close() {
    menu.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function take(story) {
    known.set(String(story.key), story);
    keys.push(String(story.key));
    input.value = "";
    close();
    changed();
    status.textContent = story.headline;
    input.focus();
  }

  function point(index) {
    active = index;
    [...menu.children].forEach((option, place) =>
      option.setAttribute("aria-selected", place === active ? "true" : "false"),
    );
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", menu.children[active].id);
      menu.children[active].scrollIntoView({ block: "nearest" });
    }
  }

  function offer() {
    menu.replaceChildren(
      ...options.map((story, index) => {
        const option = element("li", "tags-option");
        option.id = `${menu.id}-${index}`;
        option.setAttribute("role", "option");
        option.append(...told(story));
        // mousedown, because click comes after the input has lost its focus
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(story);
        });
        return option;
      }),
    );
    if (!options.length) {
      const none = element("li", "tags-option quiet", words.none);
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      menu.append(none);
      status.textContent = words.none;
    } else status.textContent = "";
    menu.hidden = false;
    input.setAttribute("aria-expanded", "true");
    point(options.length ? 0 : -1);
  }

  async function fetchStories(query) {
    const answer = await fetch(`${words.suggest}?${new URLSearchParams(query)}`, {
      headers: { Accept: "application/json" },
    }).catch(() => null);
    return answer?.ok ? (await answer.json()).stories : null;
  }

  async function ask() {
    const typed = input.value.trim();
    const number = ++asked;
    if (!typed) return close();
    const stories = await fetchStories({ q: typed });
    if (!stories || number !== asked) return;
    const own = location.pathname.split("/").at(-3); // …/12/change/
    options = stories.filter(
      ({ key }) => !keys.includes(String(key)) && String(key) !== own,
    );
    offer();
  }

  let wait;
  input.addEventListener("input", (event) => {
    // What is typed here is no field of the form.
    event.stopPropagation();
    clearTimeout(wait);
    wait = setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && !menu.hidden && options.length) {
      event.preventDefault();
      point((active + 1) % options.length);
    } else if (event.key === "ArrowUp" && !menu.hidden && options.length) {
      event.preventDefault();
      point((active <= 0 ? options.length : active) - 1);
    } else if (event.key === "Enter") {
      // Never sends the form: what is half typed is a search.
      if (input.value.trim() || !menu.hidden) {
        event.preventDefault();
        if (!menu.hidden && active >= 0) take(options[active]);
      }
    } else if (event.key === "Escape" && !menu.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && !input.value && keys.length) {
      keys.pop();
      changed();
    }
  });
  input.addEventListener("blur", () => {
    asked += 1;
    clearTimeout(wait);
    close();
  });
  // Written from outside: a kept text was put back into the form.
  line.addEventListener("desk:filled", async () => {
    keys = readKeys(line);
    show();
    const unknown = keys.filter((key) => !known.has(key));
    if (!unknown.length) return;
    for (const story of (await fetchStories({ keys: unknown.join(",") })) ?? [])
      known.set(String(story.key), story);
    show();
  });
  show();
}

document.querySelectorAll("[data-related]").forEach(equip);
