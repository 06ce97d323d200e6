// The editor's two bars: tools above the text, and below it what can be done where
// the cursor stands, with the number of words.

import { crel, gettext } from "django-prose-editor/editor"

import * as commands from "articles/editor/commands"
import { openDialog } from "articles/editor/dialogs"
import { editEmbed } from "articles/editor/embeds"
import { editGallery, movePicture, separate } from "articles/editor/galleries"
import { editPicture } from "articles/editor/pictures"
import { countWords, notesOf, textOf } from "articles/editor/words"

const isMac = /Mac|iP(hone|ad)/.test(navigator.platform)

// "Mod-Shift-9" as people read it.
function readable(keys) {
  const names = isMac
    ? { Mod: "⌘", Shift: "⇧", Alt: "⌥" }
    : { Mod: gettext("Ctrl"), Shift: gettext("Shift"), Alt: gettext("Alt") }
  return keys
    .split("-")
    .map((key) => names[key] ?? key.toUpperCase())
    .join(isMac ? "" : "+")
}

const toggle = (name) => (editor) => editor.chain().focus().toggleMark(name).run()
const list = (name) => (editor) =>
  editor.chain().focus().toggleList(name, "listItem").run()

const BLOCKS = {
  paragraph: gettext("Paragraph"),
  heading2: gettext("Heading"),
  heading3: gettext("Small heading"),
  heading4: gettext("Smallest heading"),
  codeBlock: gettext("Code, line by line"),
}

const GROUPS = (library, checker) => [
  [
    tool("strong", "format_bold", gettext("Bold"), toggle("strong"), "Mod-b"),
    tool("em", "format_italic", gettext("Italic"), toggle("em"), "Mod-i"),
    tool("link", "link", gettext("Link"), commands.editLink, "Mod-k"),
    tool("footnote", "emergency", gettext("Footnote"), commands.editFootnote, "Mod-Alt-f"),
  ],
  [
    tool("bulletList", "format_list_bulleted", gettext("List"), list("bulletList"), "Mod-Shift-8"),
    tool("orderedList", "format_list_numbered", gettext("Numbered list"), list("orderedList"), "Mod-Shift-7"),
  ],
  [
    tool("quotation", "format_quote", gettext("Quotation"), commands.editQuotation, "Mod-Shift-9"),
    tool("pullQuote", "campaign", gettext("Pull quote"), commands.editPullQuote, "Mod-Shift-0"),
    ...(library
      ? [
          tool("picture", "image", gettext("Picture"), (editor) => editPicture(editor, library), "Mod-Alt-p"),
          tool("gallery", "photo_library", gettext("Gallery"), (editor) => editGallery(editor, library), "Mod-Alt-g"),
        ]
      : []),
    tool("embed", "smart_display", gettext("Embed"), (editor) => editEmbed(editor, checker), "Mod-Alt-e"),
    tool("table", "table_chart", gettext("Table"), (editor) =>
      editor.chain().focus().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(),
    ),
    tool("horizontalRule", "horizontal_rule", gettext("Line"), (editor) =>
      editor.chain().focus().setHorizontalRule().run(),
    ),
  ],
  [
    tool("s", "strikethrough_s", gettext("Strike through"), toggle("s"), "Mod-Shift-x"),
    tool("sub", "subscript", gettext("Subscript"), toggle("sub"), "Mod-,"),
    tool("sup", "superscript", gettext("Superscript"), toggle("sup"), "Mod-."),
    tool("code", "code", gettext("Code"), toggle("code"), "Mod-e"),
    tool("cite", "menu_book", gettext("Title of a work"), toggle("cite")),
    tool("language", "translate", gettext("Language of the paragraph"), commands.editLanguage),
    tool("plain", "format_clear", gettext("Remove emphasis"), (editor) =>
      editor.chain().focus().unsetAllMarks().run(),
    ),
  ],
  [
    tool("undo", "undo", gettext("Undo"), (editor) => editor.chain().focus().undo().run(), "Mod-z"),
    tool("redo", "redo", gettext("Redo"), (editor) => editor.chain().focus().redo().run(), "Mod-Shift-z"),
    tool("keys", "keyboard", gettext("Keyboard"), showKeys),
  ],
]

// The keys that ProseMirror's own extensions do not bind.
const BINDS = new Set([
  ...["link", "footnote", "quotation", "pullQuote", "picture", "gallery", "embed"],
])

function tool(name, icon, label, run, keys = "") {
  return { name, icon, label, run, keys }
}

class Bar {
  constructor(editor, label, className) {
    this.editor = editor
    this.dom = crel("div", { className, role: "toolbar", "aria-label": label })
    this.dom.addEventListener("keydown", (event) => this.keydown(event))
    // The text keeps the focus, and the selection stays visible.
    this.dom.addEventListener("mousedown", (event) => {
      if (event.target.closest("button")) event.preventDefault()
    })
  }

  get stops() {
    return [...this.dom.querySelectorAll("button, select")]
  }

  // One stop for Tab, arrows inside: the pattern "toolbar" of the ARIA guide.
  keydown(event) {
    const { stops } = this
    const here = stops.indexOf(document.activeElement)
    const there = {
      ArrowRight: (here + 1) % stops.length,
      ArrowLeft: (here - 1 + stops.length) % stops.length,
      Home: 0,
      End: stops.length - 1,
    }[event.key]
    if (event.key === "Escape") this.editor.view.focus()
    if (there === undefined) return
    event.preventDefault()
    this.stopAt(stops[there])
    stops[there].focus()
  }

  stopAt(stop) {
    for (const other of this.stops) other.tabIndex = other === stop ? 0 : -1
  }
}

export class Toolbar extends Bar {
  constructor(editor, library, checker) {
    super(editor, gettext("Formatting"), "body-toolbar")
    this.buttons = new Map()
    this.dom.append(this.blockSelect())
    const keys = {}
    for (const group of GROUPS(library, checker)) {
      const dom = crel("div", { className: "body-tools" })
      for (const each of group) {
        dom.append(this.button(each))
        if (BINDS.has(each.name)) keys[each.keys.toLowerCase()] = each.run
      }
      this.dom.append(dom)
    }
    this.stopAt(this.blocks)
    this.bind(keys)
    editor.on("transaction", () => this.update())
    this.update()
  }

  blockSelect() {
    this.blocks = crel("select", {
      className: "body-blocks",
      "aria-label": gettext("Kind of paragraph"),
    })
    for (const [value, textContent] of Object.entries(BLOCKS))
      this.blocks.append(crel("option", { value, textContent }))
    this.blocks.addEventListener("change", () => {
      const { value } = this.blocks
      const [, name, level] = /^(\D+)(\d?)$/.exec(value)
      const attrs = level ? { level: Number(level) } : {}
      this.editor.commands.setNode(name, attrs)
      this.editor.view.focus()
    })
    return this.blocks
  }

  button({ name, icon, label, run, keys }) {
    const dom = crel(
      "button",
      {
        type: "button",
        title: keys ? `${label} (${readable(keys)})` : label,
        tabIndex: -1,
        "aria-label": label,
        "data-name": name,
      },
      [
        crel("span", {
          className: "material-icons",
          "aria-hidden": "true",
          textContent: icon,
        }),
      ],
    )
    dom.addEventListener("click", () => {
      this.stopAt(dom)
      run(this.editor)
      // Tiptap's own focus() waits for the next frame; a quick key would be lost.
      if (!document.querySelector("dialog[open]")) this.editor.view.focus()
    })
    this.buttons.set(name, dom)
    return dom
  }

  bind(keys) {
    this.editor.view.dom.addEventListener("keydown", (event) => {
      if (event.altKey && event.key === "F10") {
        event.preventDefault()
        this.dom.querySelector("[tabindex='0']").focus()
        return
      }
      const isMod = isMac ? event.metaKey : event.ctrlKey
      if (!isMod) return
      const digitOrLetter = event.code.replace(/^(Key|Digit)/, "").toLowerCase()
      const name = `mod-${event.shiftKey ? "shift-" : ""}${event.altKey ? "alt-" : ""}${digitOrLetter}`
      if (!keys[name]) return
      event.preventDefault()
      keys[name](this.editor)
    })
  }

  update() {
    const { editor } = this
    const { parent } = editor.state.selection.$from
    const level = parent.attrs.level ?? ""
    this.blocks.value = `${parent.type.name}${level}`
    this.blocks.disabled = this.blocks.selectedIndex < 0 || !editor.isEditable
    for (const [name, button] of this.buttons) {
      if (name in PRESSED) button.setAttribute("aria-pressed", editor.isActive(name))
      button.disabled = !editor.isEditable
    }
    this.buttons.get("undo").disabled = !editor.can().undo()
    this.buttons.get("redo").disabled = !editor.can().redo()
  }
}

const PRESSED = Object.fromEntries(
  [
    ...["strong", "em", "link", "s", "sub", "sup", "code", "cite"],
    ...["bulletList", "orderedList", "quotation", "pullQuote", "footnote", "embed"],
  ].map((name) => [name, true]),
)

function showKeys(editor) {
  const rows = GROUPS({})
    .flat()
    .filter(({ keys }) => keys)
    .map(({ label, keys }) => [label, readable(keys)])
  rows.push(
    [gettext("Heading"), readable("Mod-Alt-2")],
    [gettext("List item further in, and back"), "Tab, Shift+Tab"],
    [gettext("Picture of a gallery back, and on"), `${readable("Alt-Shift")}+← →`],
    [gettext("New line in the same paragraph"), readable("Shift-Enter")],
    [gettext("To these buttons, and back to the text"), "Alt+F10, Esc"],
  )
  return openDialog(gettext("Keyboard"), (form, close) => {
    const table = crel("table", { className: "body-keys" })
    for (const [label, keys] of rows)
      table.append(
        crel("tr", null, [
          crel("td", { textContent: label }),
          crel("td", null, [crel("kbd", { textContent: keys })]),
        ]),
      )
    const button = crel("button", { type: "submit", textContent: gettext("Close") })
    form.append(table, crel("div", { className: "body-buttons" }, [button]))
    form.addEventListener("submit", () => close(null))
  }).then(() => editor.commands.focus())
}

// The line below

export class StatusLine extends Bar {
  constructor(editor, library, checker) {
    super(editor, gettext("At the cursor"), "body-status-line")
    this.library = library
    this.checker = checker
    this.context = crel("div", { className: "body-context" })
    this.words = crel("output", { className: "body-words" })
    this.dom.append(this.context, this.words)
    editor.on("transaction", ({ transaction }) => {
      if (transaction.docChanged) this.countSoon()
      if (transaction.docChanged || transaction.selectionSet) this.update()
    })
    this.count()
    this.update()
  }

  countSoon() {
    clearTimeout(this.waiting)
    this.waiting = setTimeout(() => this.count(), 300)
  }

  count() {
    const { doc } = this.editor.state
    this.total = countWords(`${textOf(doc)}\n${notesOf(doc)}`)
    this.showWords()
  }

  showWords() {
    const { doc, selection } = this.editor.state
    const all = this.total === 1 ? gettext("1 word") : `${this.total} ${gettext("words")}`
    const isPart = !selection.empty && !selection.node
    this.words.textContent = isPart
      ? `${countWords(textOf(doc, selection.from, selection.to))} / ${all}`
      : all
  }

  update() {
    this.showWords()
    const { label, tools } = toolsAt(this.editor, this.library, this.checker)
    const key = label + tools.map((each) => each.label).join()
    if (key === this.key) return
    this.key = key
    this.context.replaceChildren(
      ...(label ? [crel("span", { textContent: label })] : []),
      ...tools.map(({ label, icon, run }) => {
        const dom = crel("button", { type: "button", tabIndex: -1 })
        if (icon) {
          dom.title = label
          dom.setAttribute("aria-label", label)
          dom.append(
            crel("span", {
              className: "material-icons",
              "aria-hidden": "true",
              textContent: icon,
            }),
          )
        } else dom.textContent = label
        dom.addEventListener("click", () => run(this.editor))
        return dom
      }),
    )
    this.stopAt(this.stops[0])
  }
}

const chained = (name) => (editor) => editor.chain().focus()[name]().run()

function toolsAt(editor, library, checker) {
  const { state } = editor
  const selected = state.selection.node
  const name = selected?.type.name
  const removeSelected = () =>
    commands.remove(editor, { node: selected, pos: state.selection.from })
  if (name === "footnote")
    return {
      label: gettext("Footnote"),
      tools: [{ label: gettext("Edit…"), run: commands.editFootnote }],
    }
  if (name === "embed")
    return {
      label: gettext("Embed"),
      tools: [{ label: gettext("Edit…"), run: (each) => editEmbed(each, checker) }],
    }
  if (name === "raw" || name === "kept" || name === "horizontalRule")
    return {
      label: "",
      tools: [{ label: gettext("Remove this block"), run: removeSelected }],
    }
  const picture = commands.around(state, "picture")
  const edit = { label: gettext("Edit…"), run: (each) => editPicture(each, library) }
  if (commands.around(state, "gallery"))
    return { label: gettext("Gallery"), tools: galleryTools(picture, edit, library) }
  if (picture && library)
    return {
      label: gettext("Picture"),
      tools: [
        edit,
        { label: gettext("Make a gallery…"), run: (each) => editGallery(each, library) },
      ],
    }
  if (commands.around(state, "captionedTable", "table"))
    return { label: gettext("Table"), tools: TABLE_TOOLS }
  if (commands.around(state, "pullQuote"))
    return {
      label: gettext("Pull quote"),
      tools: [{ label: gettext("Speaker…"), run: commands.editPullQuote }],
    }
  if (commands.around(state, "quotation"))
    return {
      label: gettext("Quotation"),
      tools: [{ label: gettext("Speaker and source…"), run: commands.editQuotation }],
    }
  if (editor.isActive("link"))
    return {
      label: editor.getAttributes("link").href,
      tools: [{ label: gettext("Edit link…"), run: commands.editLink }],
    }
  return { label: "", tools: [] }
}

function galleryTools(picture, edit, library) {
  const more = {
    label: gettext("More pictures…"),
    run: (each) => editGallery(each, library),
  }
  const apart = { label: gettext("Separate"), run: separate }
  if (!picture) return library ? [more, apart] : [apart]
  return [
    { label: gettext("Move back"), icon: "arrow_back", run: (each) => movePicture(each, -1) },
    { label: gettext("Move on"), icon: "arrow_forward", run: (each) => movePicture(each, 1) },
    ...(library ? [edit, more] : []),
    {
      label: gettext("Remove picture"),
      icon: "delete",
      run: (each) => commands.remove(each, commands.around(each.state, "picture")),
    },
    apart,
  ]
}

const TABLE_TOOLS = [
  { label: gettext("Add row above"), icon: "vertical_align_top", run: chained("addRowBefore") },
  { label: gettext("Add row below"), icon: "vertical_align_bottom", run: chained("addRowAfter") },
  { label: gettext("Add column before"), icon: "first_page", run: chained("addColumnBefore") },
  { label: gettext("Add column after"), icon: "last_page", run: chained("addColumnAfter") },
  { label: gettext("Header row"), icon: "border_top", run: commands.toggleHeaderRow },
  { label: gettext("Caption"), icon: "short_text", run: commands.toggleCaption },
  { label: gettext("Merge or split cells"), icon: "call_merge", run: chained("mergeOrSplit") },
  { label: gettext("Delete row"), icon: "remove_circle_outline", run: chained("deleteRow") },
  { label: gettext("Delete column"), icon: "playlist_remove", run: chained("deleteColumn") },
  { label: gettext("Delete table"), icon: "delete", run: commands.removeTable },
]
