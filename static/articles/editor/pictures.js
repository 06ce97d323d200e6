// Choosing a picture from the library, or uploading one, without leaving the form.

import { crel, gettext } from "django-prose-editor/editor"

import { around, insertBlock, remove } from "articles/editor/commands"
import { buttons, complain, field, openDialog } from "articles/editor/dialogs"
import {
  pictureNode,
  reference,
  remember,
  request,
  showPicture,
  upload,
} from "articles/editor/library"

/** Ask for a picture and put it into the text, or change the one with the cursor.
 *
 * `library` is {list, upload, token}: two addresses of articles.admin and the CSRF
 * token.
 */
export async function editPicture(editor, library) {
  const figure = around(editor.state, "picture")
  const answer = await openDialog(
    figure ? gettext("Edit picture") : gettext("Picture"),
    (form, close) => new Chooser(form, close, library, { figure }),
    "body-dialog-wide",
  )
  if (!answer) return editor.commands.focus()
  if (answer.remove) return remove(editor, figure)
  const { picture, ...words } = answer
  if (!figure) return insertBlock(editor, pictureNode(picture, words))
  const attrs = { alt: words.alt, ...(picture && reference(picture)) }
  return editor
    .chain()
    .command(({ tr }) => {
      tr.setNodeMarkup(figure.pos, null, { ...figure.node.attrs, ...attrs })
      return true
    })
    .focus()
    .run()
}

const SHOWN = {
  "": gettext("All pictures"),
  recent: gettext("Of the last seven days"),
  mine: gettext("Uploaded by me"),
  unused: gettext("Not used yet"),
}

/** The contents of a dialog for one picture, or for many (`isMany`).
 *
 * It closes with {picture, alt, caption, credit}, or with {pictures} in the order in
 * which they were chosen, of which there are at least as many as `least`.
 */
export class Chooser {
  constructor(form, close, library, { figure, isMany = false, least = 1 }) {
    this.form = form
    this.close = close
    this.library = library
    this.figure = figure
    this.isMany = isMany
    this.least = least
    this.chosen = []
    form.addEventListener("submit", () => this.submit())
    if (figure) this.showDetails(null)
    else this.showLibrary()
  }

  // The library

  showLibrary() {
    this.submit = () => this.search()
    this.query = field({
      name: "q",
      type: "search",
      label: gettext("Search the library"),
      help: gettext("Words of the title, the description, the caption or the credit."),
    })
    this.only = field({
      name: "only",
      type: "select",
      label: gettext("Show"),
      choices: SHOWN,
    })
    this.grid = crel("ul", { className: "body-pictures" })
    this.status = crel("p", { className: "body-status", role: "status" })
    this.more = button(gettext("More pictures"), () => this.load(this.next))
    this.more.hidden = true
    this.uploadButton = this.isMany
      ? button(gettext("Upload pictures…"), () => this.files.click())
      : button(gettext("Upload a picture…"), () => this.showUpload())
    this.uploadButton.hidden = true
    const cancel = button(gettext("Cancel"), () => this.close(null))
    const row = crel("div", { className: "body-buttons" }, [this.uploadButton, cancel])
    if (this.isMany) row.append(...this.manyButtons())
    this.form.replaceChildren(
      crel("div", { className: "body-search" }, [this.query, this.only]),
      this.status,
      crel("div", { className: "body-scroll" }, [this.grid, this.more]),
      row,
    )
    this.only.input.addEventListener("change", () => this.search())
    let waiting
    this.query.input.addEventListener("input", () => {
      clearTimeout(waiting)
      waiting = setTimeout(() => this.search(), 250)
    })
    this.search()
  }

  search() {
    this.grid.replaceChildren()
    return this.load(1)
  }

  async load(page) {
    const question = (this.question = {})
    const query = new URLSearchParams({
      q: this.query.input.value,
      only: this.only.input.value,
      page,
    })
    this.status.textContent = gettext("Loading…")
    const found = await request(`${this.library.list}?${query}`)
    // Another key was pressed while this answer was on its way.
    if (question !== this.question) return
    if (found.error) {
      this.status.textContent = found.error
      return
    }
    this.status.textContent = found.pictures.length
      ? ""
      : gettext("No picture fits these words.")
    this.uploadButton.hidden = !found.may_upload
    this.next = found.next
    this.more.hidden = !found.next
    remember(found.pictures)
    this.grid.append(...found.pictures.map((picture) => this.thumbnail(picture)))
  }

  thumbnail(picture) {
    const unnamed = picture.is_described ? gettext("decorative") : gettext("not described yet")
    const name = picture.title || picture.alt || picture.caption || unnamed
    const choose = crel("button", { type: "button", title: name }, [
      crel("img", { src: picture.thumb, alt: "", loading: "lazy" }),
      crel("span", { textContent: name }),
    ])
    if (picture.rights_expired)
      choose.append(crel("em", { textContent: gettext("Rights have expired") }))
    if (this.isMany) {
      choose.dataset.id = picture.id
      choose.addEventListener("click", () => this.toggle(picture))
      this.number(choose)
    } else choose.addEventListener("click", () => this.showDetails(picture))
    return crel("li", null, [choose])
  }

  // Many

  manyButtons() {
    this.files = crel("input", {
      type: "file",
      accept: "image/*",
      multiple: true,
      hidden: true,
      "aria-label": gettext("Files"),
    })
    this.files.addEventListener("change", () => this.uploadAll([...this.files.files]))
    this.done = crel("button", { type: "button", className: "body-submit" })
    this.done.addEventListener("click", () => this.close({ pictures: this.chosen }))
    this.count()
    return [this.files, this.done]
  }

  toggle(picture) {
    const there = this.chosen.findIndex(({ id }) => id === picture.id)
    if (there < 0) this.chosen.push(picture)
    else this.chosen.splice(there, 1)
    for (const choose of this.grid.querySelectorAll("button")) this.number(choose)
    this.count()
  }

  // Shows at which place a picture will stand.
  number(choose) {
    const place = this.chosen.findIndex(({ id }) => String(id) === choose.dataset.id) + 1
    choose.setAttribute("aria-pressed", place > 0)
    choose.querySelector("b")?.remove()
    if (place) choose.append(crel("b", { textContent: place }))
  }

  count() {
    const { length } = this.chosen
    this.done.disabled = length < this.least
    this.done.textContent = length
      ? `${gettext("Insert pictures")} (${length})`
      : gettext("Insert pictures")
    if (length < this.least && this.least > 1)
      this.status.textContent = gettext("Choose two pictures or more, in their order.")
    else this.status.textContent = ""
  }

  // One after the other; each is chosen as soon as it is there.
  async uploadAll(files) {
    const complaints = []
    this.uploadButton.disabled = true
    for (const [index, file] of files.entries()) {
      this.status.textContent = `${gettext("Uploading…")} ${index + 1} / ${files.length}`
      const { picture, error, remarks = [] } = await upload(this.library, file)
      if (!picture) {
        complaints.push(`${file.name}: ${error}`)
        continue
      }
      for (const remark of remarks) complaints.push(`${file.name}: ${remark}`)
      const there = this.grid.querySelector(`[data-id="${picture.id}"]`)
      if (!there) this.grid.prepend(this.thumbnail(picture))
      if (!this.chosen.some(({ id }) => id === picture.id)) this.toggle(picture)
    }
    this.files.value = ""
    this.uploadButton.disabled = false
    this.count()
    if (complaints.length) this.status.textContent = complaints.join(" ")
  }

  // What this story says about the picture

  showDetails(picture) {
    const attrs = this.figure?.node.attrs
    const preview = crel("img", { className: "body-preview", alt: "" })
    if (picture) preview.src = picture.preview
    else showPicture(preview, attrs)
    const rows = [
      field({
        name: "alt",
        type: "textarea",
        rows: 2,
        label: gettext("Description for readers who cannot see it"),
        value: picture ? picture.alt : (attrs.alt ?? ""),
        help: gettext("Left empty, the library’s own is used."),
      }),
    ]
    if (!this.figure)
      rows.push(
        field({
          name: "caption",
          type: "textarea",
          rows: 2,
          label: gettext("Caption"),
          value: picture.caption,
        }),
        field({ name: "credit", label: gettext("Credit"), value: picture.credit }),
      )
    const row = buttons(
      this.figure ? gettext("Apply") : gettext("Insert picture"),
      this.close,
      { remove: this.figure && gettext("Remove picture") },
    )
    const other = button(gettext("Choose another…"), () => this.showLibrary())
    row.prepend(other)
    this.form.replaceChildren(preview, ...rows, row)
    rows[0].input.focus()
    this.submit = () => {
      const values = Object.fromEntries(
        rows.map(({ input }) => [input.name, input.value.trim()]),
      )
      this.close({ picture, ...values })
    }
  }

  // A new one

  showUpload() {
    const rows = [
      field({
        name: "upload",
        type: "file",
        accept: "image/*",
        label: gettext("File"),
        help: gettext("JPEG, PNG, WebP, GIF or AVIF, at most 40 MB."),
      }),
      field({
        name: "alt",
        type: "textarea",
        rows: 2,
        label: gettext("What the picture shows, for readers who cannot see it"),
      }),
      field({
        name: "is_decorative",
        type: "checkbox",
        label: gettext("Decorative: it says nothing that the text does not say"),
      }),
      field({ name: "caption", type: "textarea", rows: 2, label: gettext("Caption") }),
      field({ name: "credit", label: gettext("Credit") }),
    ]
    const status = crel("p", { className: "body-status", role: "status" })
    const row = buttons(gettext("Upload"), this.close)
    row.prepend(button(gettext("Back to the library"), () => this.showLibrary()))
    this.form.replaceChildren(...rows, status, row)
    rows[0].input.focus()
    this.submit = async () => {
      for (const complaint of this.form.querySelectorAll(".body-complaint"))
        complaint.remove()
      status.textContent = gettext("Uploading…")
      row.inert = true
      const answer = await request(this.library.upload, {
        method: "POST",
        headers: { "X-CSRFToken": this.library.token },
        body: new FormData(this.form),
      })
      row.inert = false
      status.textContent = answer.error ?? ""
      for (const [name, sentences] of Object.entries(answer.errors ?? {})) {
        const wrong = rows.find(({ input }) => input.name === name) ?? rows[0]
        complain(wrong, sentences.join(" "))
      }
      if (!answer.picture) return
      remember([answer.picture])
      this.showDetails(answer.picture)
      const told = [...(answer.remarks ?? [])]
      if (answer.is_duplicate)
        told.push(
          gettext("This picture was in the library already, and that one is used."),
        )
      if (told.length)
        this.form.prepend(
          crel("p", {
            className: "body-status",
            role: "status",
            textContent: told.join(" "),
          }),
        )
    }
  }
}

function button(text, click) {
  const dom = crel("button", { type: "button", textContent: text })
  dom.addEventListener("click", click)
  return dom
}
