// The editor of article bodies: takes the place of a textarea, which keeps the HTML.
//
// A script can reach it from outside: `textarea.bodyEditor` is {editor, getHTML,
// setHTML}, there from the event "body-editor:ready" on. The textarea gets an
// "input" event whenever its HTML changed.

import { crel, Editor, gettext, pm } from "django-prose-editor/editor"

import { editEmbed, offerEmbed } from "articles/editor/embeds"
import { askAbout, findThumbnails } from "articles/editor/library"
import { editPicture } from "articles/editor/pictures"
import { tidy } from "articles/editor/paste"
import { extensions } from "articles/editor/schema"
import { open, write } from "articles/editor/spelling"
import { StatusLine, Toolbar } from "articles/editor/toolbar"
import { Uploads, fileIn, sorted } from "articles/editor/uploads"
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

  if (library) findThumbnails(library.thumbnail)

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
        const { html, dropped } = tidy(pasted, uploads && takeInline)
        if (dropped) tell(picturesDropped(dropped))
        return html
      },
      handlePaste: (view, event) =>
        takeFiles(event.clipboardData) || takeAddress(event.clipboardData),
      handleDrop: (view, event, slice, moved) => {
        if (moved) return false
        const place = { left: event.clientX, top: event.clientY }
        const isTaken = takeFiles(event.dataTransfer, view.posAtCoords(place)?.pos)
        // A browser would show a file it is handed, and leave the form.
        if (isTaken) event.preventDefault()
        return isTaken
      },
    },
  })
  const uploads = library && new Uploads(editor, library, tell)

  function takeFiles(transfer, at) {
    const files = [...(transfer?.files ?? [])]
    if (!files.length || !uploads || !editor.isEditable) return false
    if (transfer.types.includes("text/html")) {
      // Word puts a picture of the text beside the text; who copies a picture from a
      // page gets its address beside the picture.
      const { body } = new DOMParser().parseFromString(
        transfer.getData("text/html"),
        "text/html",
      )
      const isPicture = body.querySelectorAll("img").length === 1
      if (!isPicture || body.textContent.trim()) return false
    }
    const { pictures, others } = sorted(files)
    if (pictures.length) uploads.insert(pictures, at)
    if (others.length)
      tell(`${gettext("Only pictures can be put into the text:")} ${others.join(", ")}`)
    return true
  }

  /** Return what stands in pasted HTML for a picture that it holds itself, or null. */
  function takeInline(address) {
    const file = fileIn(address)
    return file && uploads.marked(file)
  }

  function takeAddress(transfer) {
    if (linkSelection(transfer)) return true
    const address = transfer?.getData("text/plain").trim() ?? ""
    const { $from, empty } = editor.state.selection
    const isAlone = empty && $from.parent.type.name === "paragraph" && !$from.parent.content.size
    // It goes in as the text it is; the offer follows.
    if (isAlone && config.embeds && /^https?:\/\/\S+$/.test(address))
      setTimeout(() => offerEmbed(editor, config.embeds, address, tell))
    return false
  }

  function linkSelection(transfer) {
    const address = transfer?.getData("text/plain").trim() ?? ""
    const { empty, $from, $to } = editor.state.selection
    if (empty || !$from.sameParent($to) || !/^https?:\/\/\S+$/.test(address)) return false
    return editor.commands.setMark("link", { href: address })
  }

  function tell(sentence, label, act) {
    const button = (textContent, click) => {
      const dom = crel("button", { type: "button", textContent })
      dom.addEventListener("click", () => {
        notice.hidden = true
        click?.()
      })
      return dom
    }
    const row = crel("div", null, [
      ...(label ? [button(label, act)] : []),
      button(gettext("Close")),
    ])
    notice.replaceChildren(crel("span", { textContent: sentence }), row)
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
      embed: () => editEmbed(editor, config.embeds),
    }[selection.node?.type.name]
    edit?.()
  })
  const toolbar = new Toolbar(editor, library, config.embeds)
  const status = new StatusLine(editor, library, config.embeds)
  notice.before(toolbar.dom)
  paper.after(status.dom)
  label?.addEventListener("click", (event) => {
    event.preventDefault()
    editor.commands.focus()
  })
  followLanguage(editor, textarea.form?.elements.language)

  if (library) askAbout(editor.state.doc, library)

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
