// How the editor shows what is more than text.

import { crel, gettext } from "django-prose-editor/editor"

const INERT = { contentEditable: "false" }

/** A picture with its caption, which is edited in place. */
export function pictureView({ node, editor, getPos }) {
  const image = crel("img", { alt: "", draggable: false })
  const button = crel("button", {
    type: "button",
    className: "body-picture-edit",
    textContent: gettext("Edit picture"),
  })
  const frame = crel("div", { className: "body-picture", ...INERT }, [image, button])
  const contentDOM = crel("figcaption", {
    "data-placeholder": gettext("Caption"),
  })
  const dom = crel("figure", null, [frame, contentDOM])
  button.addEventListener("click", () => {
    editor.commands.setNodeSelection(getPos())
    editor.emit("body:edit", { pos: getPos() })
  })
  image.addEventListener("click", () => editor.commands.setNodeSelection(getPos()))
  const show = ({ attrs, content }) => {
    if (image.getAttribute("src") !== attrs.src) image.src = attrs.src ?? ""
    image.alt = attrs.alt ?? ""
    dom.dataset.picture = attrs["data-picture"]
    contentDOM.classList.toggle("is-empty", !content.size)
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
    stopEvent: (event) => button.contains(event.target),
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
