// Suggestions while somebody types. Without this script the form works as it is.
"use strict";

{
  const form = document.querySelector("form.search");
  const input = form.q;
  const list = document.createElement("div");
  list.id = "suggested";
  list.className = "suggested";
  list.role = "listbox";
  list.hidden = true;
  input.after(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");

  let timer;
  let asking;
  let chosen = -1;
  const lines = () => [...list.children];

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (number) => {
    const all = lines();
    chosen = ((number % (all.length + 1)) + all.length + 1) % (all.length + 1);
    // One more than there are lines: back in what was typed.
    if (chosen === all.length) chosen = -1;
    all.forEach((line, place) => line.setAttribute("aria-selected", String(place === chosen)));
    if (chosen < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", all[chosen].id);
  };

  const show = (found) => {
    list.replaceChildren(
      ...found.map(({ label, detail, address }, number) => {
        const line = document.createElement("a");
        line.href = address;
        line.id = `suggested-${number}`;
        line.role = "option";
        line.tabIndex = -1;
        line.dir = "auto";
        const name = document.createElement("bdi");
        name.textContent = label;
        line.append(name);
        if (detail) {
          const kind = document.createElement("span");
          kind.textContent = detail;
          line.append(kind);
        }
        return line;
      }),
    );
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const query = new URLSearchParams({ q: input.value });
      const answer = await fetch(`${form.dataset.suggest}?${query}`, { signal });
      if (answer.ok) show((await answer.json()).found);
    } catch {
      // Overtaken by the next letter, or the network is gone: nothing is suggested.
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (input.value.trim().length < 2) close();
    else timer = setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (list.hidden || event.isComposing) {
      return;
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (event.key === "ArrowDown") choose(chosen + 1);
      else choose(chosen < 0 ? lines().length - 1 : chosen - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      lines()[chosen].click();
    }
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  form.addEventListener("submit", () => {
    close();
    // An address without the fields that were left empty.
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
  window.addEventListener("pageshow", () => {
    for (const field of form.elements) field.disabled = false;
  });
}
