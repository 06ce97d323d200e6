// Choosing a picture from the library, or uploading one, without leaving the form.

import { crel, gettext } from "django-prose-editor/editor"

import { around, insertBlock, remove } from "articles/editor/commands"
import { buttons, complain, field, openDialog } from "articles/editor/dialogs"

/** Ask for a picture and put it into the text, or change the one with the cursor.
 *
 * `library` is {list, upload, token}: two addresses of articles.admin and the CSRF
 * token. A `file` that was dropped or pasted goes straight to the upload.
 */
export async function editPicture(editor, library, file = null) {
  const figure = around(editor.state, "picture")
  const answer = await openDialog(
    figure ? gettext("Edit picture") : gettext("Picture"),
    (form, close) => new Chooser(form, close, library, { figure, file }),
    "body-dialog-wide",
  )
  if (!answer) return editor.commands.focus()
  if (answer.remove) return remove(editor, figure)
  const { picture, alt, caption, credit } = answer
  const attrs = { alt }
  if (picture)
    Object.assign(attrs, {
      "data-picture": String(picture.id),
      src: picture.url,
      width: String(picture.width),
      height: String(picture.height),
    })
  if (figure)
    return editor
      .chain()
      .command(({ tr }) => {
        tr.setNodeMarkup(figure.pos, null, { ...figure.node.attrs, ...attrs })
        return true
      })
      .focus()
      .run()
  const content = []
  if (caption) content.push({ type: "text", text: credit ? `${caption} ` : caption })
  if (credit)
    content.push({ type: "text", text: credit, marks: [{ type: "small" }] })
  return insertBlock(editor, { type: "picture", attrs, content })
}

class Chooser {
  constructor(form, close, library, { figure, file }) {
    this.form = form
    this.close = close
    this.library = library
    this.figure = figure
    form.addEventListener("submit", () => this.submit())
    if (figure) this.showDetails(null)
    else if (file) this.showUpload(file)
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
    this.grid = crel("ul", { className: "body-pictures" })
    this.status = crel("p", { className: "body-status", role: "status" })
    this.more = button(gettext("More pictures"), () => this.load(this.next))
    this.more.hidden = true
    this.uploadButton = button(gettext("Upload a picture…"), () => this.showUpload())
    this.uploadButton.hidden = true
    const cancel = button(gettext("Cancel"), () => this.close(null))
    this.form.replaceChildren(
      this.query,
      this.status,
      crel("div", { className: "body-scroll" }, [this.grid, this.more]),
      crel("div", { className: "body-buttons" }, [this.uploadButton, cancel]),
    )
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
    const query = new URLSearchParams({ q: this.query.input.value, page })
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
    this.grid.append(...found.pictures.map((picture) => this.thumbnail(picture)))
  }

  thumbnail(picture) {
    const name = picture.title || picture.alt || picture.caption || gettext("decorative")
    const choose = crel("button", { type: "button", title: name }, [
      crel("img", { src: picture.thumb, alt: "", loading: "lazy" }),
      crel("span", { textContent: name }),
    ])
    if (picture.rights_expired)
      choose.append(crel("em", { textContent: gettext("Rights have expired") }))
    choose.addEventListener("click", () => this.showDetails(picture))
    return crel("li", null, [choose])
  }

  // What this story says about the picture

  showDetails(picture) {
    const attrs = this.figure?.node.attrs
    const preview = crel("img", {
      className: "body-preview",
      src: picture ? picture.preview : attrs.src,
      alt: "",
    })
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

  showUpload(file = null) {
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
    if (file) {
      const files = new DataTransfer()
      files.items.add(file)
      rows[0].input.files = files.files
    }
    const status = crel("p", { className: "body-status", role: "status" })
    const row = buttons(gettext("Upload"), this.close)
    row.prepend(button(gettext("Back to the library"), () => this.showLibrary()))
    this.form.replaceChildren(...rows, status, row)
    rows[file ? 1 : 0].input.focus()
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
      if (answer.picture) this.showDetails(answer.picture)
    }
  }
}

function button(text, click) {
  const dom = crel("button", { type: "button", textContent: text })
  dom.addEventListener("click", click)
  return dom
}

// The answer as JSON; a lost connection or session as a sentence in `error`.
async function request(address, options = {}) {
  try {
    const response = await fetch(address, {
      ...options,
      headers: { Accept: "application/json", ...options.headers },
    })
    return await response.json()
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error
    return {
      error: gettext(
        "The site did not answer. Are you still online and logged in? (Another tab will tell.)",
      ),
    }
  }
}
