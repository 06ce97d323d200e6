// How the editor shows what is more than text.

import { crel, gettext } from "django-prose-editor/editor"

import { isDescribed, showPicture, whenKnown } from "articles/editor/library"

const INERT = { contentEditable: "false" }

/** A picture with its caption, which is edited in place.
 *
 * One that nobody described asks for it: where neither the story nor the library says
 * what it shows, the publish gate holds the article back.
 */
export function pictureView({ node, editor, getPos }) {
  const image = crel("img", { alt: "", draggable: false })
  const button = crel("button", {
    type: "button",
    className: "body-picture-edit",
    textContent: gettext("Edit picture"),
  })
  const words = crel("input", { type: "text", maxLength: 500, autocomplete: "off" })
  const describe = crel("label", { className: "body-describe", hidden: true }, [
    crel("span", { textContent: gettext("Describe this picture for those who cannot see it") }),
    words,
  ])
  const frame = crel("div", { className: "body-picture", ...INERT }, [
    image,
    button,
    describe,
  ])
  const contentDOM = crel("figcaption", {
    "data-placeholder": gettext("Caption"),
  })
  const dom = crel("figure", null, [frame, contentDOM])
  button.addEventListener("click", () => {
    editor.commands.setNodeSelection(getPos())
    editor.emit("body:edit", { pos: getPos() })
  })
  image.addEventListener("click", () => editor.commands.setNodeSelection(getPos()))
  words.addEventListener("input", () => {
    editor.view.dispatch(
      editor.state.tr.setNodeAttribute(getPos(), "alt", words.value.trim()),
    )
  })
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return
    event.preventDefault()
    event.stopPropagation()
    editor.chain().focus().setTextSelection(getPos() + 1).run()
  })
  words.addEventListener("blur", () => ask())
  let shown = node
  const ask = () => {
    // The field stays for as long as somebody writes in it.
    if (document.activeElement === words) return
    const { alt, "data-picture": id } = shown.attrs
    describe.hidden = Boolean(alt) || isDescribed(id) !== false
    words.value = alt ?? ""
  }
  const forget = whenKnown(ask)
  const show = (updated) => {
    shown = updated
    const { attrs, content } = updated
    showPicture(image, attrs)
    image.alt = attrs.alt ?? ""
    dom.dataset.picture = attrs["data-picture"]
    contentDOM.classList.toggle("is-empty", !content.size)
    ask()
  }
  show(node)
  return {
    dom,
    contentDOM,
    update(updated) {
      if (updated.type !== node.type) return false
      show(updated)
      return true
    },
    destroy: forget,
    stopEvent: ({ target }) => button.contains(target) || describe.contains(target),
    ignoreMutation: (mutation) =>
      mutation.type !== "selection" && !contentDOM.contains(mutation.target),
  }
}

/** A footnote's number; CSS counts. */
export function footnoteView({ node, editor, getPos }) {
  const dom = crel("sup", { className: "footnote", role: "button", ...INERT })
  dom.addEventListener("click", () => {
    editor.commands.setNodeSelection(getPos())
    editor.emit("body:edit", { pos: getPos() })
  })
  const show = ({ attrs }) => {
    dom.title = attrs["data-footnote"]
    dom.setAttribute("aria-label", `${gettext("Footnote")}: ${attrs["data-footnote"]}`)
  }
  show(node)
  return {
    dom,
    update(updated) {
      if (updated.type !== node.type) return false
      show(updated)
      return true
    },
    ignoreMutation: () => true,
  }
}

/** An embed, a raw block or a kept one: a card that says what it is. */
export function cardView({ node, editor, getPos }) {
  const label = crel("span", { className: "body-card-label" })
  const inside = crel("div", { className: "body-card-inside", inert: true })
  const dom = crel("div", { className: `body-card body-card-${node.type.name}` }, [
    label,
    inside,
  ])
  dom.contentEditable = "false"
  dom.addEventListener("dblclick", () =>
    editor.emit("body:edit", { pos: getPos() }),
  )
  const show = ({ type, attrs }) => {
    if (type.name === "embed") {
      label.textContent = gettext("Embed")
      inside.replaceChildren(
        crel("strong", { textContent: attrs.label }),
        crel("span", { textContent: attrs["data-embed"] }),
      )
      return
    }
    label.textContent =
      type.name === "raw"
        ? gettext("Raw block: stays as it is")
        : gettext("Stays as it is: the editor has no words for this")
    // Stored bodies and what was pasted hold nothing that runs, and the desk's
    // policy runs nothing inline; a template is inert until it is shown.
    const template = document.createElement("template")
    template.innerHTML = attrs.html
    inside.replaceChildren(template.content)
  }
  show(node)
  return {
    dom,
    update(updated) {
      if (updated.type !== node.type) return false
      show(updated)
      return true
    },
    ignoreMutation: () => true,
  }
}
