// Turns the line of tags into chips with suggestions (the combobox pattern of
// the ARIA Authoring Practices). The line itself stays the form's value, written
// by the rules that articles/admin/tag_field.py reads: commas, quotes doubled.

const write = (names) =>
  names
    .map((name) => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name))
    .join(", ");

function read(line) {
  const names = [];
  const part = /\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/gy;
  while (part.lastIndex < line.length) {
    const found = part.exec(line);
    if (!found) break;
    const name = (found[1] !== undefined ? found[1].replaceAll('""', '"') : found[2])
      .replace(/\s+/g, " ")
      .trim();
    if (name) names.push(name);
  }
  return names;
}

const same = (a, b) => a.toLocaleLowerCase() === b.toLocaleLowerCase();

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text) made.textContent = text;
  return made;
}

function equip(field) {
  const line = field.querySelector("input");
  const label = document.querySelector(`label[for="${line.id}"]`);
  const mayAdd = "mayAdd" in field.dataset;
  let names = read(line.value);
  let options = [];
  let active = -1;
  let asked = 0;

  const chips = element("ul", "chips");
  const input = element("input", "tags-input");
  const list = element("ul", "tags-options");
  const status = element("span", "visually-hidden");
  list.id = `${line.id}-options`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label?.textContent ?? "");
  list.hidden = true;
  status.setAttribute("role", "status");
  for (const [key, value] of Object.entries({
    type: "text",
    role: "combobox",
    id: `${line.id}-typed`,
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  }))
    input.setAttribute(key, value);
  if (line.getAttribute("aria-describedby"))
    input.setAttribute("aria-describedby", line.getAttribute("aria-describedby"));
  label?.setAttribute("for", input.id);
  line.hidden = true;
  const box = element("div", "tags-box");
  box.append(chips, input);
  field.append(box, list, status);
  box.addEventListener("click", (event) => event.target === box && input.focus());

  function show() {
    chips.replaceChildren(
      ...names.map((name) => {
        const chip = element("li", "chip", name);
        chip.dir = "auto";
        const remove = element("button", "chip-remove", "×");
        remove.type = "button";
        remove.setAttribute("aria-label", `${field.dataset.remove} ${name}`);
        remove.addEventListener("click", () => {
          names = names.filter((other) => other !== name);
          changed();
          input.focus();
        });
        chip.append(remove);
        return chip;
      }),
    );
  }

  function changed() {
    line.value = write(names);
    show();
    line.dispatchEvent(new Event("input", { bubbles: true }));
    line.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // What is half typed is sent as well: nothing an editor wrote gets lost.
  function keepTyped() {
    line.value = write([...names, ...read(input.value)]);
  }

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function take(name) {
    if (!names.some((other) => same(other, name))) names.push(name);
    input.value = "";
    close();
    changed();
  }

  function takeTyped() {
    for (const name of read(input.value)) {
      const known = options.find(
        (tag) => same(tag.name, name) || same(tag.synonym, name),
      );
      take(known ? known.name : name);
    }
  }

  function point(index) {
    active = index;
    [...list.children].forEach((option, place) =>
      option.setAttribute("aria-selected", place === active ? "true" : "false"),
    );
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    }
  }

  function offer(typed) {
    const entries = options.map((tag) => ({ ...tag, note: "" }));
    if (typed && mayAdd && !options.some((tag) => same(tag.name, typed)))
      entries.push({ name: typed, synonym: "", note: field.dataset.new });
    options = entries;
    list.replaceChildren(
      ...entries.map((tag, index) => {
        const option = element("li", "tags-option");
        option.id = `${list.id}-${index}`;
        option.setAttribute("role", "option");
        option.dir = "auto";
        option.append(tag.name);
        const note = tag.synonym ? `← ${tag.synonym}` : tag.note;
        if (note) option.append(" ", element("span", "quiet", note));
        // mousedown, because click comes after the input has lost its focus
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(tag.name);
        });
        return option;
      }),
    );
    list.hidden = entries.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = entries.length ? "" : field.dataset.none;
    point(-1);
  }

  async function ask() {
    const typed = input.value.trim();
    const number = ++asked;
    if (!typed) return close();
    const answer = await fetch(
      `${field.dataset.suggest}?q=${encodeURIComponent(typed)}`,
      { headers: { Accept: "application/json" } },
    ).catch(() => null);
    if (!answer?.ok || number !== asked) return;
    const { tags } = await answer.json();
    if (number !== asked) return;
    options = tags.filter((tag) => !names.some((name) => same(name, tag.name)));
    offer(typed);
  }

  let wait;
  input.addEventListener("input", () => {
    keepTyped();
    // A comma ends a tag, unless it stands within quotes.
    if (input.value.includes(",") && (input.value.split('"').length - 1) % 2 === 0) {
      asked += 1;
      takeTyped();
      return;
    }
    clearTimeout(wait);
    wait = setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && !list.hidden) {
      event.preventDefault();
      point((active + 1) % list.children.length);
    } else if (event.key === "ArrowUp" && !list.hidden) {
      event.preventDefault();
      point((active <= 0 ? list.children.length : active) - 1);
    } else if (event.key === "Enter") {
      if (input.value.trim()) {
        event.preventDefault();
        asked += 1;
        if (active >= 0) take(options[active].name);
        else takeTyped();
      }
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Backspace" && !input.value && names.length) {
      names.pop();
      changed();
    }
  });
  input.addEventListener("blur", () => {
    asked += 1;
    if (input.value.trim()) takeTyped();
    close();
  });
  // Written from outside: a kept text was put back into the form.
  line.addEventListener("desk:filled", () => {
    names = read(line.value);
    input.value = "";
    show();
  });
  show();
}

document.querySelectorAll("[data-tags]").forEach(equip);
