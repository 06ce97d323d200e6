// The fields of the article's form as values: read, compared, filled in again.

const ROW = /^([a-z_]+)-(\d+)-(.+)$/;
// What the page needs and nobody typed.
const isHousekeeping = (name) =>
  /^(csrfmiddlewaretoken|autosave_|_)|-_|_FORMS$/.test(name);

/** Return [[name, value], …] as the browser would send the form, without buttons. */
export function read(form) {
  return [...new FormData(form)].filter(
    ([name, value]) =>
      typeof value === "string" &&
      name !== "csrfmiddlewaretoken" &&
      !name.startsWith("autosave_") &&
      !name.includes("__prefix__"),
  );
}

/**
 * Return a text that is the same for two readings that say the same to a person.
 *
 * Rows count in the order they stand in, whatever their numbers; empty ones do not.
 */
export function gist(pairs, spell = (value) => value) {
  const plain = [];
  const rows = new Map();
  for (const [name, value] of pairs) {
    if (isHousekeeping(name)) continue;
    const [, set, number, field] = ROW.exec(name) ?? [];
    if (!field) {
      if (value) plain.push([name, name === "body" ? spell(value) : value]);
    } else if (field !== "position" && field !== "key") {
      const row = `${set}-${number}`;
      if (!rows.has(row)) rows.set(row, [set]);
      if (value) rows.get(row).push(field, value);
    }
  }
  plain.sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([plain, [...rows.values()].filter((row) => row.length > 1)]);
}

function namesOf(pairs) {
  const values = new Map();
  for (const [name, value] of pairs) {
    if (!values.has(name)) values.set(name, []);
    values.get(name).push(value);
  }
  return values;
}

// As many rows as the kept form had, by the buttons that a person would press.
function makeRows(form, values) {
  for (const total of form.querySelectorAll("input[name$=-TOTAL_FORMS]")) {
    const prefix = total.name.replace("-TOTAL_FORMS", "");
    const wanted = Number(values.get(total.name)?.[0] ?? total.value);
    const group = document.getElementById(`${prefix}-group`);
    const press = (selector) => {
      const before = total.value;
      [...(group?.querySelectorAll(selector) ?? [])].at(-1)?.click();
      return total.value !== before;
    };
    while (Number(total.value) < wanted && press(".add-row a"));
    while (Number(total.value) > wanted && press("a.inline-deletelink"));
  }
}

function put(field, values, options) {
  if (field.type === "checkbox" || field.type === "radio") {
    field.checked = values.includes(field.value);
  } else if (field.tagName === "SELECT") {
    const [key, label] = options[field.name] ?? [];
    for (const value of values)
      if (value && ![...field.options].some((option) => option.value === value))
        field.add(new Option(key === value ? label : value, value));
    for (const option of field.options) option.selected = values.includes(option.value);
  } else if (field.bodyEditor) {
    field.bodyEditor.setHTML(values[0]);
  } else {
    field.value = values[0];
  }
}

// Rows stand in the order of their positions.
function order(form) {
  for (const body of form.querySelectorAll(".sorted tbody")) {
    const place = (row) => Number(row.querySelector("input.position").value);
    const rows = [...body.querySelectorAll(":scope > tr.form-row:not(.empty-form)")];
    const last = rows.at(-1)?.nextSibling ?? null;
    rows.sort((one, other) => place(one) - place(other));
    for (const row of rows) body.insertBefore(row, last);
  }
}

/** Write kept values into the form. `options`: {name: [key, label]} of its lists. */
export function fill(form, pairs, options = {}) {
  const values = namesOf(pairs);
  makeRows(form, values);
  for (const field of [...form.elements]) {
    const { name, type } = field;
    if (!name || field.disabled || ["submit", "button", "file"].includes(type)) continue;
    if (/^(csrfmiddlewaretoken|autosave_)|_FORMS$|__prefix__/.test(name)) continue;
    const isBox = type === "checkbox" || type === "radio";
    if (!isBox && !values.has(name)) continue;
    put(field, values.get(name) ?? [], options);
    for (const event of ["input", "change", "desk:filled"])
      field.dispatchEvent(new Event(event, { bubbles: true }));
    // Select2 listens to jQuery alone.
    if (field.tagName === "SELECT") globalThis.django?.jQuery(field).trigger("change");
  }
  order(form);
}
