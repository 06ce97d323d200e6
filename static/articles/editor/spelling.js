// Between stored HTML and the editor's document, without losing anything.

import { pm } from "django-prose-editor/editor"

const { DOMParser: SchemaParser, DOMSerializer, Fragment } = pm.model

/** Return the document of a stored body.
 *
 * A block of which the schema would lose a word, a picture or an attribute becomes
 * an atom that is written back as it came.
 */
export function open(html, schema) {
  const { body } = new DOMParser().parseFromString(html, "text/html")
  const parser = SchemaParser.fromSchema(schema)
  const blocks = []
  for (const child of paragraphsOf(body)) {
    const block = document.createElement("div")
    block.append(child.cloneNode(true))
    prepare(block)
    const parsed = parser.parse(block).content
    if (signature(write(parsed, schema)) === signature(child.outerHTML)) {
      parsed.forEach((node) => blocks.push(node))
    } else {
      const copy = document.createElement("div")
      copy.append(child)
      blocks.push(schema.nodes.kept.create({ html: markupIn(copy) }))
    }
  }
  return blocks.length
    ? schema.topNodeType.create(null, blocks)
    : schema.topNodeType.createAndFill()
}

function paragraphsOf(body) {
  const blocks = []
  let loose = null
  for (const child of [...body.childNodes]) {
    const isBlock = child.nodeType === 1 && BLOCKS.has(child.localName)
    if (isBlock) {
      loose = null
      blocks.push(child)
    } else if (loose || child.textContent.trim() || child.nodeType === 1) {
      if (!loose) blocks.push((loose = document.createElement("p")))
      loose.append(child)
    }
  }
  return blocks
}

const BLOCKS = new Set(
  (
    "p h1 h2 h3 h4 h5 h6 ul ol hr pre blockquote aside figure table div section" +
    " article header footer main nav address dl"
  ).split(" "),
)

/** Write tables with a caption as the schema has them. */
export function prepare(root) {
  for (const caption of root.querySelectorAll("table > caption")) {
    const table = caption.parentElement
    const both = document.createElement("div")
    both.dataset.captioned = ""
    table.before(both)
    const line = document.createElement("p")
    for (const { name, value } of caption.attributes) line.setAttribute(name, value)
    line.dataset.caption = ""
    line.append(...caption.childNodes)
    caption.remove()
    both.append(line, table)
  }
}

// The structure, with what the two spellings of one thing have in common: a first
// paragraph in a list item or a cell is written with or without its p.
function signature(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html")
  return [...body.childNodes].map(signatureOf).join("")
}

function signatureOf(node) {
  if (node.nodeType !== 1) return node.textContent.replace(/\s+/g, "")
  const { localName, attributes, parentElement } = node
  const inside = [...node.childNodes].map(signatureOf).join("")
  if (localName === "p" && !attributes.length) {
    const isFirst = parentElement.firstChild === node
    if (!inside || (isFirst && /^(li|td|th)$/.test(parentElement.localName))) return inside
  }
  const names = [...attributes].map(({ name, value }) => `${name}=${value}`).sort()
  return `<${[localName, ...names].join(" ")}>${inside}</>`
}

/** Return the HTML of a document, or of a fragment of one. */
export function write(content, schema) {
  const blocks = []
  const fragment = content.content ?? content
  fragment.forEach((node) => blocks.push(writeBlock(node, schema)))
  while (blocks.at(-1) === "<p></p>") blocks.pop()
  return blocks.join("\n")
}

// A key changes one block and leaves the other nodes the same objects. Writing 400
// paragraphs took 28 ms per key without this (2026).
const written = new WeakMap()

function writeBlock(node, schema) {
  if (!written.has(node)) {
    const root = document.createElement("div")
    new Writer(schema).serializeFragment(Fragment.from(node), {}, root)
    root.querySelectorAll("table").forEach(groupRows)
    root.querySelectorAll("div[data-captioned]").forEach(placeCaption)
    root.querySelectorAll("pre").forEach(keepFirstLineBreak)
    root
      .querySelectorAll("figure.gallery > figcaption:empty")
      .forEach((caption) => caption.remove())
    written.set(node, root.innerHTML)
  }
  return written.get(node)
}

class Writer extends DOMSerializer {
  constructor(schema) {
    const { nodes, marks } = DOMSerializer.fromSchema(schema)
    super(nodes, marks)
  }

  serializeFragment(fragment, options = {}, target = document.createElement("div")) {
    if (!fragment.firstChild?.isInline)
      return super.serializeFragment(fragment, options, target)
    const runs = []
    fragment.forEach((node) => runs.push({ node, marks: node.marks }))
    this.nest(runs, target, options)
    return target
  }

  // The mark that goes on longest is outermost, as in articles/html.py; ProseMirror
  // would cut <em>a <strong>b</strong> c</em> in three.
  nest(runs, target, options) {
    for (let start = 0; start < runs.length; ) {
      const { node, marks } = runs[start]
      if (!marks.length) {
        target.append(this.serializeNodeInner(node, options))
        start += 1
        continue
      }
      const reaches = marks.map((mark) => reach(runs, start, mark))
      const end = Math.max(...reaches)
      const outer = marks[reaches.indexOf(end)]
      const { dom, contentDOM } = this.serializeMark(outer, true, options)
      const inner = runs.slice(start, end).map((run) => ({
        node: run.node,
        marks: run.marks.filter((mark) => !mark.eq(outer)),
      }))
      this.nest(inner, contentDOM ?? dom, options)
      target.append(dom)
      start = end
    }
  }
}

function reach(runs, start, mark) {
  let end = start + 1
  while (end < runs.length && mark.isInSet(runs[end].marks)) end += 1
  return end
}

/** Return what is in an element as HTML that a parser reads as the same. */
export function markupIn(element) {
  const copy = element.cloneNode(true)
  copy.querySelectorAll("pre").forEach(keepFirstLineBreak)
  return copy.innerHTML
}

// Rows that the editor made have no section yet: header rows at the top belong in
// thead, the others to the rows around them.
function groupRows(table) {
  const rows = [...table.children].filter((child) => child.localName === "tr")
  const isHeader = (row) =>
    row.children.length && [...row.children].every((cell) => cell.localName === "th")
  let section = rows.some((row) => !isHeader(row)) ? "thead" : "tbody"
  let group = null
  for (const row of rows) {
    const known = row.dataset.section
    const isBody = known === "tbody" || (known === "auto" && !isHeader(row))
    if (known === "tfoot") section = "tfoot"
    else if (isBody && section === "thead") section = "tbody"
    row.removeAttribute("data-section")
    if (group?.localName !== section) {
      group = document.createElement(section)
      table.append(group)
    }
    group.append(row)
  }
}

function placeCaption(both) {
  const [line, table] = both.children
  const caption = document.createElement("caption")
  for (const { name, value } of line.attributes)
    if (name !== "data-caption") caption.setAttribute(name, value)
  caption.append(...line.childNodes)
  if (caption.hasChildNodes()) table.prepend(caption)
  both.replaceWith(table)
}

// A parser drops the first line break in a pre (HTML standard, "in body").
function keepFirstLineBreak(pre) {
  if (pre.textContent.startsWith("\n")) pre.prepend("\n")
}
