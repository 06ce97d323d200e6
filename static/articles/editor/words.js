// Counting words as articles/html.py does.

const SIGNS = "\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff"
const WORD = new RegExp(`[${SIGNS}]|[^\\s/…–—${SIGNS}]+`, "gu")

export function countWords(text) {
  const found = text.match(WORD) ?? []
  return found.filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

/** Return the text readers see of a document or of a part of it, notes left out. */
export function textOf(doc, from = 0, to = doc.content.size) {
  return doc.textBetween(from, to, "\n", ({ type, attrs }) => {
    if (type.name === "footnote") return attrs.label
    if (type.name === "embed") return attrs.label
    if (attrs.html) return textOfMarkup(attrs.html)
    return " "
  })
}

function textOfMarkup(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html")
  for (const block of body.querySelectorAll("p, h2, h3, h4, li, td, th, div, br, figcaption"))
    block.append(" ")
  return body.textContent
}

export function notesOf(doc) {
  const notes = []
  doc.descendants(({ type, attrs }) => {
    if (type.name === "footnote") notes.push(attrs["data-footnote"])
  })
  return notes.join("\n")
}
