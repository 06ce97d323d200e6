// The editor of article bodies: takes the place of a textarea, which keeps the HTML.
//
// A script can reach it from outside: `textarea.bodyEditor` is {editor, getHTML,
// setHTML}, there from the event "body-editor:ready" on. The textarea gets an
// "input" event whenever its HTML changed.

import { crel, Editor, gettext, pm } from "django-prose-editor/editor"

import { editPicture } from "articles/editor/pictures"
import { tidy } from "articles/editor/paste"
import { extensions } from "articles/editor/schema"
import { open, write } from "articles/editor/spelling"
import { StatusLine, Toolbar } from "articles/editor/toolbar"
import * as commands from "articles/editor/commands"

const MARKER = "data-django-prose-editor-body"

function createEditor(textarea) {
  const config = JSON.parse(textarea.getAttribute(MARKER))
  const library = config.pictures && {
    ...config.pictures,
    // Logging in without leaving the form gives it another one.
    get token() {
      return textarea.form?.elements.csrfmiddlewaretoken?.value
    },
  }
  const label = document.querySelector(`label[for="${textarea.id}"]`)
  const notice = crel("div", { className: "body-notice", role: "status", hidden: true })
  const paper = crel("div", { className: "body-paper" })
  const element = crel("div", { className: "body-editor" }, [notice, paper])
  textarea.before(element)
  element.append(textarea)

  let html
  const editor = new Editor({
    element: paper,
    extensions,
    // Its <style> would need 'unsafe-inline'; editor.css says the same.
    injectCSS: false,
    editable: !textarea.disabled && !textarea.readOnly,
    editorProps: {
      attributes: {
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": label?.textContent.trim().replace(/:$/, "") || gettext("Text"),
        ...(textarea.getAttribute("aria-describedby") && {
          "aria-describedby": textarea.getAttribute("aria-describedby"),
        }),
        spellcheck: "true",
      },
      transformPastedHTML: (pasted) => {
        if (pasted.includes("data-pm-slice")) return pasted
        const { html, dropped } = tidy(pasted)
        if (dropped) tell(picturesDropped(dropped))
        return html
      },
      handlePaste: (view, event) =>
        takeFile(event.clipboardData) || linkSelection(event.clipboardData),
      handleDrop: (view, event, slice, moved) =>
        !moved && takeFile(event.dataTransfer),
    },
  })

  function takeFile(transfer) {
    const file = [...(transfer?.files ?? [])].find(({ type }) => type.startsWith("image/"))
    // Word puts a picture of the text beside the text.
    if (!file || !library || transfer.types.includes("text/html")) return false
    editPicture(editor, library, file)
    return true
  }

  function linkSelection(transfer) {
    const address = transfer?.getData("text/plain").trim() ?? ""
    const { empty, $from, $to } = editor.state.selection
    if (empty || !$from.sameParent($to) || !/^https?:\/\/\S+$/.test(address)) return false
    return editor.commands.setMark("link", { href: address })
  }

  function tell(sentence) {
    const close = crel("button", { type: "button", textContent: gettext("Close") })
    close.addEventListener("click", () => (notice.hidden = true))
    notice.replaceChildren(crel("span", { textContent: sentence }), close)
    notice.hidden = false
  }

  function getHTML() {
    return write(editor.state.doc, editor.schema)
  }

  /** Show another body, as one step that can be undone. */
  function setHTML(body) {
    const { tr, schema, doc } = editor.state
    editor.view.dispatch(tr.replaceWith(0, doc.content.size, open(body, schema).content))
  }

  function show(body) {
    const { tr, schema, doc } = editor.state
    tr.replaceWith(0, doc.content.size, open(body, schema).content)
    tr.setSelection(pm.state.Selection.atStart(tr.doc))
    editor.view.dispatch(tr.setMeta("addToHistory", false))
    html = getHTML()
  }

  show(textarea.value)
  editor.on("update", () => {
    const written = getHTML()
    if (written === html) return
    textarea.value = html = written
    textarea.dispatchEvent(new Event("input", { bubbles: true }))
  })
  editor.on("body:edit", () => {
    const { selection } = editor.state
    const edit = {
      picture: () => editPicture(editor, library),
      footnote: () => commands.editFootnote(editor),
      embed: () => commands.editEmbed(editor),
    }[selection.node?.type.name]
    edit?.()
  })
  const toolbar = new Toolbar(editor, library)
  const status = new StatusLine(editor, library)
  notice.before(toolbar.dom)
  paper.after(status.dom)
  label?.addEventListener("click", (event) => {
    event.preventDefault()
    editor.commands.focus()
  })
  followLanguage(editor, textarea.form?.elements.language)

  textarea.bodyEditor = { editor, getHTML, setHTML }
  textarea.dispatchEvent(new CustomEvent("body-editor:ready", { bubbles: true }))
}

function picturesDropped(count) {
  return count === 1
    ? gettext(
        "A picture was left out: pasted pictures lose their credit and their description. Add it with the picture button.",
      )
    : `${count} ${gettext(
        "pictures were left out: pasted pictures lose their credit and their description. Add them with the picture button.",
      )}`
}

// Written from right to left, and spelled, as the article's language is.
function followLanguage(editor, input) {
  const apply = () => {
    const { dom } = editor.view
    const tag = input?.value.trim()
    if (!tag) return
    dom.lang = tag
    try {
      const locale = new Intl.Locale(tag)
      dom.dir = (locale.getTextInfo?.() ?? locale.textInfo)?.direction ?? ""
    } catch (error) {
      // Half a language tag, while it is typed.
      if (!(error instanceof RangeError)) throw error
    }
  }
  input?.addEventListener("input", apply)
  apply()
}

function createEditors(root) {
  for (const textarea of root.querySelectorAll(`textarea[${MARKER}]`))
    if (!textarea.bodyEditor && !textarea.id.includes("__prefix__"))
      createEditor(textarea)
}

createEditors(document)
document.addEventListener("formset:added", ({ target }) => createEditors(target))
