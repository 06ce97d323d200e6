// Questions to the editor: a modal dialog with a few fields, and an answer.

import { crel, gettext } from "django-prose-editor/editor"

let dialogs = 0

/** Open a modal dialog; resolve when it is closed.
 *
 * `fill(form, close)` puts the contents into its form. The promise gives what
 * `close` was called with, and null when the editor cancelled.
 */
export function openDialog(title, fill, className = "") {
  return new Promise((resolve) => {
    const heading = crel("h2", { id: `body-dialog-${++dialogs}`, textContent: title })
    const form = crel("form", { noValidate: true })
    const dialog = crel(
      "dialog",
      { className: `body-dialog ${className}`, "aria-labelledby": heading.id },
      [heading, form],
    )
    let answer = null
    const close = (value) => {
      answer = value
      dialog.close()
    }
    form.addEventListener("submit", (event) => event.preventDefault())
    dialog.addEventListener("close", () => {
      dialog.remove()
      resolve(answer)
    })
    fill(form, close)
    // Outside of the page's form, where Enter would save the article.
    document.body.append(dialog)
    dialog.showModal()
  })
}

const INPUTS = { textarea: "textarea", select: "select" }

/** A label with its field and help; `field.input` is the input itself. */
export function field(options) {
  const { name, label, help = "", type = "text", value = "", choices, ...more } = options
  const id = `body-field-${++dialogs}`
  const isBox = type === "checkbox"
  const input = crel(INPUTS[type] ?? "input", { id, name, ...more })
  if (input.localName === "input") input.type = type
  for (const [key, text] of Object.entries(choices ?? {}))
    input.append(crel("option", { value: key, textContent: text }))
  if (isBox) input.checked = value
  else if (type !== "file") input.value = value
  const text = crel("label", { htmlFor: id, textContent: label })
  const hint = crel("p", { id: `${id}-help`, className: "help", textContent: help })
  if (help) input.setAttribute("aria-describedby", hint.id)
  const dom = crel(
    "div",
    { className: `body-field${isBox ? " body-field-box" : ""}` },
    isBox ? [input, text] : [text, input],
  )
  if (help) dom.append(hint)
  dom.input = input
  return dom
}

export function buttons(submit, close, { remove, disabled = false } = {}) {
  const row = crel("div", { className: "body-buttons" })
  if (remove) {
    const button = crel("button", {
      type: "button",
      className: "body-remove",
      textContent: remove,
    })
    button.addEventListener("click", () => close({ remove: true }))
    row.append(button)
  }
  const cancel = crel("button", { type: "button", textContent: gettext("Cancel") })
  cancel.addEventListener("click", () => close(null))
  row.append(
    cancel,
    crel("button", { type: "submit", className: "body-submit", textContent: submit, disabled }),
  )
  return row
}

/** Ask for a few values.
 *
 * Resolves to the values by name, to `{remove: true}`, or to null. A field's
 * `clean(value)` returns what to take, or throws a Complaint. `opened(rows)` is called
 * once they are there, and `before(values)` is waited for before they are cleaned.
 */
export function ask(
  title,
  fields,
  { submit = gettext("Apply"), remove, opened, before } = {},
) {
  return openDialog(title, (form, close) => {
    const rows = fields.map(({ clean, ...options }) => {
      const row = field(options)
      row.clean = clean ?? ((value) => value)
      return row
    })
    form.append(...rows, buttons(submit, close, { remove }))
    opened?.(rows)
    form.addEventListener("submit", async () => {
      if (before)
        await before(
          Object.fromEntries(rows.map(({ input }) => [input.name, input.value.trim()])),
        )
      const values = {}
      for (const row of rows) {
        const { input } = row
        const value =
          input.type === "checkbox" ? input.checked : input.value.trim()
        try {
          values[input.name] = row.clean(value)
        } catch (complaint) {
          if (!(complaint instanceof Complaint)) throw complaint
          complain(row, complaint.message)
          return
        }
      }
      close(values)
    })
  })
}

export class Complaint extends Error {}

export function complain(row, message) {
  row.querySelector(".body-complaint")?.remove()
  row.append(crel("p", { className: "body-complaint", role: "alert", textContent: message }))
  row.input.setAttribute("aria-invalid", "true")
  row.input.focus()
}

/** Complete a web address as people type it; complain about what is none. */
export function webAddress(value) {
  if (!value) return value
  if (/^(https?:\/\/[^\s/]|\/(?![/\\]))\S*$/i.test(value)) return value
  if (/^[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?$/.test(value)) return `https://${value}`
  throw new Complaint(
    gettext("This is no web address. It begins with https:// or, on this site, with /."),
  )
}

/** The same for a link, which may also be a mail address or a place on the page. */
export function linkAddress(value) {
  if (/^(mailto:|tel:|#)\S+$/i.test(value)) return value
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(value)) return `mailto:${value}`
  if (/^\+?[\d ()-]{6,}$/.test(value)) return `tel:${value.replace(/[^\d+]/g, "")}`
  return required(webAddress)(value)
}

export const required =
  (clean = (value) => value) =>
  (value) => {
    if (!value) throw new Complaint(gettext("Please fill this in."))
    return clean(value)
  }
