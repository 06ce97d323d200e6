// The vocabulary of articles/html.py as an editor's schema: what stands there can
// be written here, and nothing else. tests/articles/test_editor.py compares them.

import {
  BulletList,
  Document,
  Dropcursor,
  Extension,
  Gapcursor,
  HardBreak,
  Heading,
  History,
  HorizontalRule,
  ListItem,
  Mark,
  mergeAttributes,
  Node,
  Paragraph,
  Placeholder,
  Table,
  TableCell,
  TableHeader,
  TableRow,
  Text,
  TrailingNode,
  gettext,
  pm,
} from "django-prose-editor/editor"

import { movePicture } from "articles/editor/galleries"
import { markupIn } from "articles/editor/spelling"
import { cardView, footnoteView, pictureView } from "articles/editor/views"
import { uploadPlaces } from "articles/editor/uploads"

const attribute = (name, initial = null) => ({
  default: initial,
  parseHTML: (element) => element.getAttribute(name) ?? initial,
  renderHTML: (attrs) =>
    attrs[name] === null || attrs[name] === undefined ? {} : { [name]: attrs[name] },
})

const number = (name, initial) => ({
  default: initial,
  parseHTML: (element) => Number.parseInt(element.getAttribute(name), 10) || initial,
  renderHTML: (attrs) => (attrs[name] === initial ? {} : { [name]: attrs[name] }),
})

// Marks. Their order here is the order they are nested in, as in articles/html.py.

const mark = (name, tag, { shortcut, ...more } = {}) =>
  Mark.create({
    name,
    parseHTML: () => [{ tag }],
    renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
    addKeyboardShortcuts() {
      return shortcut
        ? { [shortcut]: () => this.editor.commands.toggleMark(this.name) }
        : {}
    },
    ...more,
  })

const Link = mark("link", "a", {
  priority: 200,
  inclusive: false,
  parseHTML: () => [{ tag: "a[href]" }],
  addAttributes: () => ({
    href: attribute("href"),
    title: attribute("title"),
    rel: attribute("rel"),
  }),
})
const Strong = mark("strong", "strong", { shortcut: "Mod-b" })
const Emphasis = mark("em", "em", { shortcut: "Mod-i" })
const Strike = mark("s", "s", { shortcut: "Mod-Shift-x" })
const Subscript = mark("sub", "sub", { shortcut: "Mod-," })
const Superscript = mark("sup", "sup", { shortcut: "Mod-." })
const Code = mark("code", "code", { shortcut: "Mod-e", code: true, excludes: "" })
const Cite = mark("cite", "cite")
const Small = mark("small", "small")
export const MARKS = [
  Link,
  Strong,
  Emphasis,
  Strike,
  Subscript,
  Superscript,
  Code,
  Cite,
  Small,
]

// Blocks of text

const CodeBlock = Node.create({
  name: "codeBlock",
  group: "block",
  content: "text*",
  marks: "",
  code: true,
  defining: true,
  addAttributes: () => ({
    // <pre><code> and plain <pre> both stay what they are.
    isCode: {
      default: true,
      parseHTML: (element) => element.firstElementChild?.localName === "code",
      rendered: false,
    },
  }),
  parseHTML: () => [{ tag: "pre", preserveWhitespace: "full" }],
  renderHTML: ({ node, HTMLAttributes }) =>
    node.attrs.isCode
      ? ["pre", HTMLAttributes, ["code", 0]]
      : ["pre", HTMLAttributes, 0],
})

const OrderedList = Node.create({
  name: "orderedList",
  group: "block list",
  content: "listItem+",
  addAttributes: () => ({ start: number("start", 1) }),
  parseHTML: () => [{ tag: "ol" }],
  renderHTML: ({ HTMLAttributes }) => ["ol", HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return {
      "Mod-Shift-7": () => this.editor.commands.toggleList(this.name, "listItem"),
    }
  },
})

// Quotations

const Quotation = Node.create({
  name: "quotation",
  group: "block",
  content: "block* speaker?",
  defining: true,
  addAttributes: () => ({ cite: attribute("cite") }),
  parseHTML: () => [{ tag: "blockquote" }],
  renderHTML: ({ HTMLAttributes }) => ["blockquote", HTMLAttributes, 0],
})

const Speaker = Node.create({
  name: "speaker",
  content: "inline*",
  isolating: true,
  parseHTML: () => [{ tag: "footer" }],
  renderHTML: ({ HTMLAttributes }) => ["footer", HTMLAttributes, 0],
  addProseMirrorPlugins: () => [citedSpeakers()],
})

// What is typed on an empty line for the speaker is the speaker's name.
function citedSpeakers() {
  return new pm.state.Plugin({
    appendTransaction(transactions, before, { selection, schema, storedMarks, tr }) {
      const { parent } = selection.$from
      const isEmptySpeaker = parent.type.name === "speaker" && !parent.content.size
      if (!isEmptySpeaker || !selection.empty || storedMarks) return null
      return tr.setStoredMarks([schema.marks.cite.create()])
    },
  })
}

const PullQuote = Node.create({
  name: "pullQuote",
  group: "block",
  content: "paragraph+ pullSpeaker?",
  defining: true,
  parseHTML: () => [{ tag: "aside.pullquote" }],
  renderHTML: ({ HTMLAttributes }) => [
    "aside",
    mergeAttributes({ class: "pullquote" }, HTMLAttributes),
    0,
  ],
})

const PullSpeaker = Node.create({
  name: "pullSpeaker",
  content: "inline*",
  isolating: true,
  parseHTML: () => [{ tag: "cite", context: "pullQuote/", priority: 100 }],
  renderHTML: ({ HTMLAttributes }) => ["cite", HTMLAttributes, 0],
})

// Pictures, footnotes, embeds

const Picture = Node.create({
  name: "picture",
  group: "block",
  content: "inline*",
  draggable: true,
  isolating: true,
  addAttributes() {
    const ofImage = (name) => ({
      default: null,
      parseHTML: (figure) => figure.querySelector("img")?.getAttribute(name) ?? null,
      rendered: false,
    })
    return {
      "data-picture": attribute("data-picture"),
      src: ofImage("src"),
      alt: ofImage("alt"),
      width: ofImage("width"),
      height: ofImage("height"),
    }
  },
  parseHTML: () => [
    {
      tag: "figure[data-picture]",
      getAttrs: (figure) => (figure.querySelector("img") ? null : false),
      // A figure without a caption has an empty one.
      contentElement: (figure) =>
        figure.querySelector("figcaption") ?? document.createElement("figcaption"),
    },
  ],
  renderHTML({ node, HTMLAttributes }) {
    const { src, alt, width, height } = node.attrs
    const image = ["img", { alt, height, src, width }]
    return node.content.size
      ? ["figure", HTMLAttributes, image, ["figcaption", 0]]
      : ["figure", HTMLAttributes, image]
  },
  addNodeView: () => pictureView,
})

// Two pictures or more; its caption is always there to be written in, and
// articles/editor/spelling leaves an empty one out.

const Gallery = Node.create({
  name: "gallery",
  group: "block",
  content: "picture+ galleryCaption",
  draggable: true,
  isolating: true,
  defining: true,
  parseHTML: () => [
    {
      tag: "figure.gallery",
      priority: 60,
      getAttrs: (figure) => (figure.querySelector("figure[data-picture]") ? null : false),
    },
  ],
  renderHTML: ({ HTMLAttributes }) => [
    "figure",
    mergeAttributes({ class: "gallery" }, HTMLAttributes),
    0,
  ],
  addProseMirrorPlugins: () => [dissolvedGalleries()],
  addKeyboardShortcuts: () => ({
    "Alt-Shift-ArrowLeft": ({ editor }) => movePicture(editor, isMirrored(editor) ? 1 : -1),
    "Alt-Shift-ArrowRight": ({ editor }) => movePicture(editor, isMirrored(editor) ? -1 : 1),
  }),
})

const isMirrored = ({ view }) => getComputedStyle(view.dom).direction === "rtl"

const GalleryCaption = Node.create({
  name: "galleryCaption",
  content: "inline*",
  isolating: true,
  parseHTML: () => [{ tag: "figcaption", context: "gallery/" }],
  renderHTML: ({ HTMLAttributes }) => ["figcaption", HTMLAttributes, 0],
})

// One picture is no gallery, as in articles/html.py; and where the last one is taken
// away, ProseMirror puts an empty one in its place.
function dissolvedGalleries() {
  return new pm.state.Plugin({
    appendTransaction(transactions, before, { doc, schema, tr }) {
      if (!transactions.some(({ docChanged }) => docChanged)) return null
      const small = []
      doc.descendants((node, pos) => {
        if (node.type.name !== "gallery") return !node.isTextblock
        const pictures = node.content.content.filter(
          (child) => child.type.name === "picture" && child.attrs["data-picture"],
        )
        if (pictures.length < 2 || pictures.length < node.childCount - 1)
          small.push({ node, pos, pictures })
        return false
      })
      for (const { node, pos, pictures } of small.reverse()) {
        const words = node.lastChild
        const blocks =
          pictures.length > 1 ? [node.copy(pm.model.Fragment.from([...pictures, words]))] : pictures
        if (pictures.length < 2 && words.content.size)
          blocks.push(schema.nodes.paragraph.create(null, words.content))
        tr.replaceWith(pos, pos + node.nodeSize, blocks)
      }
      return small.length ? tr : null
    },
  })
}

const Footnote = Node.create({
  name: "footnote",
  group: "inline",
  inline: true,
  atom: true,
  addAttributes: () => ({
    "data-footnote": attribute("data-footnote", ""),
    label: { default: "", parseHTML: (sup) => sup.textContent, rendered: false },
  }),
  parseHTML: () => [{ tag: "sup[data-footnote]", priority: 100 }],
  renderHTML: ({ node, HTMLAttributes }) => [
    "sup",
    mergeAttributes({ class: "footnote" }, HTMLAttributes),
    ...(node.attrs.label ? [node.attrs.label] : []),
  ],
  addNodeView: () => footnoteView,
})

const Embed = Node.create({
  name: "embed",
  group: "block",
  atom: true,
  draggable: true,
  addAttributes() {
    const ofLink = (read) => ({
      default: "",
      parseHTML: (figure) => read(figure.querySelector("a")) ?? "",
      rendered: false,
    })
    return {
      "data-embed": attribute("data-embed", ""),
      href: ofLink((link) => link?.getAttribute("href")),
      label: ofLink((link) => link?.textContent),
    }
  },
  parseHTML: () => [{ tag: "figure[data-embed]", priority: 60 }],
  renderHTML: ({ node, HTMLAttributes }) => [
    "figure",
    mergeAttributes({ class: "embed" }, HTMLAttributes),
    ["a", { href: node.attrs.href }, node.attrs.label],
  ],
  addNodeView: () => cardView,
})

// What an import could not express, and what the schema cannot: both are shown,
// can be moved and deleted, and are written back untouched.

const Raw = Node.create({
  name: "raw",
  group: "block",
  atom: true,
  draggable: true,
  addAttributes: () => ({
    "data-raw": attribute("data-raw", ""),
    html: {
      default: "",
      parseHTML: markupIn,
      rendered: false,
    },
  }),
  parseHTML: () => [{ tag: "div[data-raw]", priority: 100 }],
  renderHTML({ node, HTMLAttributes }) {
    const dom = document.createElement("div")
    for (const [name, value] of Object.entries(HTMLAttributes))
      dom.setAttribute(name, value)
    dom.innerHTML = node.attrs.html
    return dom
  },
  addNodeView: () => cardView,
})

const Kept = Node.create({
  name: "kept",
  group: "block",
  atom: true,
  draggable: true,
  addAttributes: () => ({ html: { default: "", rendered: false } }),
  renderHTML({ node }) {
    const template = document.createElement("template")
    template.innerHTML = node.attrs.html
    return template.content.firstElementChild
  },
  addNodeView: () => cardView,
})

// Tables. ProseMirror's know rows only: a row remembers whether it stands in
// thead, tbody or tfoot, and a caption stands above its table in a node of both.
// articles/editor/spelling brings that into HTML's order.

const BodyTable = Table.extend({
  renderHTML: ({ HTMLAttributes }) => ["table", HTMLAttributes, 0],
  addNodeView: () => null,
  addMenuItems: () => {},
}).configure({ resizable: false })

const Row = TableRow.extend({
  content: "(tableCell | tableHeader)*",
  addAttributes: () => ({
    section: {
      default: "auto",
      parseHTML: (row) => row.dataset.section ?? row.parentElement?.localName,
      renderHTML: ({ section }) => ({ "data-section": section }),
    },
  }),
  renderHTML: ({ HTMLAttributes }) => ["tr", HTMLAttributes, 0],
})

const cellAttributes = () => ({
  colspan: number("colspan", 1),
  rowspan: number("rowspan", 1),
  colwidth: { default: null, rendered: false },
})
const Cell = TableCell.extend({
  addAttributes: cellAttributes,
  renderHTML: ({ HTMLAttributes }) => ["td", HTMLAttributes, 0],
})
const HeaderCell = TableHeader.extend({
  addAttributes: () => ({ ...cellAttributes(), scope: attribute("scope") }),
  renderHTML: ({ HTMLAttributes }) => ["th", HTMLAttributes, 0],
})

const CaptionedTable = Node.create({
  name: "captionedTable",
  group: "block",
  content: "tableCaption table",
  parseHTML: () => [{ tag: "div[data-captioned]", priority: 100 }],
  renderHTML: () => ["div", { "data-captioned": "" }, 0],
})

const TableCaption = Node.create({
  name: "tableCaption",
  content: "inline*",
  isolating: true,
  parseHTML: () => [{ tag: "p[data-caption]", priority: 100 }],
  renderHTML: ({ HTMLAttributes }) => [
    "p",
    mergeAttributes({ "data-caption": "" }, HTMLAttributes),
    0,
  ],
})

// Enter on a line that belongs to something ends it and goes on below.
const LINES = {
  ...{ picture: 0, speaker: 1, pullSpeaker: 1, tableCaption: 1 },
  galleryCaption: 1,
}

const EndLine = Extension.create({
  name: "endLine",
  priority: 150,
  addKeyboardShortcuts: () => ({
    Enter: ({ editor }) => {
      const { $from } = editor.state.selection
      const levels = LINES[$from.parent.type.name]
      if (levels === undefined) return false
      // In a gallery, to the caption of the next picture.
      if ($from.depth > 1 && $from.node(-1).type.name === "gallery" && !levels)
        return editor.commands.setTextSelection($from.after() + 1)
      const after = $from.after($from.depth - levels)
      return editor.commands.insertContentAt(after, { type: "paragraph" })
    },
  }),
})

// The language and direction of a single paragraph, word or quotation.

const Language = Extension.create({
  name: "language",
  addGlobalAttributes: () => [
    {
      types: [
        ...MARKS.map((type) => type.name),
        ...["paragraph", "heading", "codeBlock", "bulletList", "orderedList"],
        ...["listItem", "quotation", "speaker", "pullQuote", "pullSpeaker"],
        ...["picture", "gallery", "galleryCaption", "footnote", "embed", "raw"],
        ...["table", "tableRow"],
        ...["tableCell", "tableHeader", "tableCaption"],
      ],
      attributes: { lang: attribute("lang"), dir: attribute("dir") },
    },
  ],
})

const placeholders = Placeholder.configure({
  includeChildren: true,
  showOnlyCurrent: false,
  placeholder({ editor, node }) {
    const name = node.type.name
    if (name === "speaker" || name === "pullSpeaker") return gettext("Who said it?")
    if (name === "tableCaption") return gettext("Caption of the table")
    if (name === "galleryCaption") return gettext("Caption of the gallery")
    if (name === "heading") return gettext("Heading")
    if (name === "paragraph" && editor.isEmpty) return gettext("Write the story here.")
    return ""
  },
})

export const extensions = [
  Document,
  Text,
  Paragraph,
  Heading.configure({ levels: [2, 3, 4] }),
  CodeBlock,
  BulletList,
  OrderedList,
  ListItem.extend({ content: "block+" }),
  Quotation,
  Speaker,
  PullQuote,
  PullSpeaker,
  Picture,
  Gallery,
  GalleryCaption,
  Footnote,
  Embed,
  Raw,
  Kept,
  BodyTable,
  Row,
  Cell,
  HeaderCell,
  CaptionedTable,
  TableCaption,
  HardBreak,
  HorizontalRule,
  ...MARKS,
  EndLine,
  Language,
  placeholders,
  Extension.create({
    name: "uploadPlaces",
    addProseMirrorPlugins: () => [uploadPlaces()],
  }),
  History,
  Dropcursor,
  Gapcursor,
  TrailingNode,
]
