// What an editor can do to the text, beyond typing it.

import { gettext, pm } from "django-prose-editor/editor"

import { ask, linkAddress, required, webAddress } from "articles/editor/dialogs"

const { NodeSelection, TextSelection } = pm.state

/** Return {node, pos, depth} of the innermost node of these types around the cursor. */
export function around({ selection }, ...names) {
  if (selection.node && names.includes(selection.node.type.name))
    return { node: selection.node, pos: selection.from, depth: null }
  const { $from } = selection
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const node = $from.node(depth)
    if (names.includes(node.type.name)) return { node, pos: $from.before(depth), depth }
  }
  return null
}

export function remove(editor, { node, pos }) {
  editor
    .chain()
    .deleteRange({ from: pos, to: pos + node.nodeSize })
    .focus()
    .run()
}

// Links

export async function editLink(editor) {
  if (editor.isActive("link")) editor.commands.extendMarkRange("link")
  const { from, to, empty } = editor.state.selection
  const { href = "", title = "", rel = "", ...rest } = editor.getAttributes("link")
  const words = new Set((rel ?? "").split(" ").filter(Boolean))
  const answer = await ask(
    href ? gettext("Edit link") : gettext("Link"),
    [
      {
        name: "href",
        label: gettext("Address"),
        value: href,
        help: gettext("A web address, a mail address, or /path on this site."),
        autocomplete: "off",
        inputMode: "url",
        clean: required(linkAddress),
      },
      ...(empty && !href ? [{ name: "text", label: gettext("Words of the link") }] : []),
      { name: "title", label: gettext("Tooltip (optional)"), value: title ?? "" },
      {
        name: "sponsored",
        type: "checkbox",
        label: gettext("Somebody paid for this link (rel=sponsored)"),
        value: words.has("sponsored"),
      },
    ],
    { submit: gettext("Set link"), remove: href && gettext("Remove link") },
  )
  if (!answer) return editor.commands.focus()
  if (answer.remove)
    return editor.chain().setTextSelection({ from, to }).unsetMark("link").focus().run()
  words[answer.sponsored ? "add" : "delete"]("sponsored")
  const attrs = {
    ...rest,
    href: answer.href,
    title: answer.title || null,
    rel: [...words].join(" ") || null,
  }
  if (empty && !href) {
    const text = answer.text || answer.href.replace(/^(https?:\/\/|mailto:|tel:)/i, "")
    return editor
      .chain()
      .insertContentAt(from, { type: "text", text, marks: [{ type: "link", attrs }] })
      .focus()
      .run()
  }
  return editor
    .chain()
    .setTextSelection({ from, to })
    .setMark("link", attrs)
    .setTextSelection(to)
    .focus()
    .run()
}

// Quotations

/** Ask who said it and where; make a quotation of the paragraphs if it is none. */
export async function editQuotation(editor) {
  const quotation = around(editor.state, "quotation")
  const said = quotation && speakerOf(quotation, "speaker")
  const { from, to } = editor.state.selection
  const answer = await ask(
    quotation ? gettext("Who said it, and where") : gettext("Quotation"),
    [
      {
        name: "speaker",
        label: gettext("Speaker"),
        value: said?.node.textContent ?? "",
        help: gettext("“Ada Lovelace” or “Ada Lovelace, mathematician”."),
      },
      {
        name: "cite",
        label: gettext("Address of the source (optional)"),
        value: quotation?.node.attrs.cite ?? "",
        inputMode: "url",
        clean: webAddress,
      },
    ],
    {
      submit: quotation ? gettext("Apply") : gettext("Make quotation"),
      remove: quotation && gettext("No quotation"),
    },
  )
  if (!answer) return editor.commands.focus()
  if (answer.remove) return dissolve(editor, quotation)
  const attrs = { ...quotation?.node.attrs, cite: answer.cite || null }
  const chain = editor.chain().setTextSelection({ from, to })
  if (!quotation) chain.wrapIn("quotation", attrs)
  return chain
    .command(({ tr, state }) => {
      const found = around({ selection: tr.selection }, "quotation")
      if (!found) return false
      tr.setNodeMarkup(found.pos, null, attrs)
      setSpeaker(tr, state.schema, found, "speaker", answer.speaker)
      return true
    })
    .focus()
    .run()
}

function speakerOf({ node, pos }, type) {
  const last = node.lastChild
  if (last?.type.name !== type) return null
  return { node: last, pos: pos + node.nodeSize - 1 - last.nodeSize }
}

function setSpeaker(tr, schema, quotation, type, name) {
  const said = speakerOf(quotation, type)
  // Unchanged words keep their links and emphasis.
  if (said && said.node.textContent === name) return
  const from = said?.pos ?? quotation.pos + quotation.node.nodeSize - 1
  const to = said ? from + said.node.nodeSize : from
  if (!name) {
    if (said) tr.delete(from, to)
    return
  }
  const content = type === "speaker" ? citation(schema, name) : schema.text(name)
  tr.replaceWith(from, to, schema.nodes[type].create(said?.node.attrs, content))
}

// The name is cited; what follows its first comma says who that is.
function citation(schema, name) {
  const [cited, ...rest] = name.split(/(?=,)/)
  const nodes = cited ? [schema.text(cited, [schema.marks.cite.create()])] : []
  if (rest.length) nodes.push(schema.text(rest.join("")))
  return nodes
}

function dissolve(editor, { node, pos }) {
  const blocks = []
  node.forEach((child) => {
    const isText = child.type.name === "speaker" || child.type.name === "pullSpeaker"
    if (!isText) blocks.push(child)
    else if (child.content.size)
      blocks.push(editor.schema.nodes.paragraph.create(null, child.content))
  })
  return editor
    .chain()
    .command(({ tr }) => {
      tr.replaceWith(pos, pos + node.nodeSize, blocks)
      tr.setSelection(TextSelection.near(tr.doc.resolve(pos + 1)))
      return true
    })
    .focus()
    .run()
}

/** Ask for a pull quote, beginning with the selected words. */
export async function editPullQuote(editor) {
  const quote = around(editor.state, "pullQuote")
  const said = quote && speakerOf(quote, "pullSpeaker")
  const { from, to } = editor.state.selection
  const selected = editor.state.doc.textBetween(from, to, "\n").trim()
  const answer = await ask(
    gettext("Pull quote"),
    [
      ...(quote
        ? []
        : [
            {
              name: "text",
              type: "textarea",
              label: gettext("Words"),
              value: selected,
              help: gettext("They stand large beside the text, which keeps them too."),
              clean: required(),
            },
          ]),
      {
        name: "speaker",
        label: gettext("Speaker (optional)"),
        value: said?.node.textContent ?? "",
      },
    ],
    {
      submit: quote ? gettext("Apply") : gettext("Insert pull quote"),
      remove: quote && gettext("Remove pull quote"),
    },
  )
  if (!answer) return editor.commands.focus()
  if (answer.remove) return remove(editor, quote)
  if (quote)
    return editor
      .chain()
      .command(({ tr, state }) => {
        setSpeaker(tr, state.schema, quote, "pullSpeaker", answer.speaker)
        return true
      })
      .focus()
      .run()
  const content = answer.text
    .split(/\n+/)
    .filter((line) => line.trim())
    .map((line) => ({
      type: "paragraph",
      content: [{ type: "text", text: line.trim() }],
    }))
  if (answer.speaker)
    content.push({
      type: "pullSpeaker",
      content: [{ type: "text", text: answer.speaker }],
    })
  return insertBlock(editor, { type: "pullQuote", content })
}

/** Insert a block below the one with the cursor, or in its place when it is empty. */
export function insertBlock(editor, block) {
  const { $from } = editor.state.selection
  const top = $from.depth ? $from.node(1) : null
  const isEmpty = top?.type.name === "paragraph" && !top.content.size
  const at = top
    ? isEmpty
      ? { from: $from.before(1), to: $from.after(1) }
      : $from.after(1)
    : editor.state.selection.to
  return editor.chain().insertContentAt(at, block).focus().scrollIntoView().run()
}

// Footnotes

export async function editFootnote(editor) {
  const note = around(editor.state, "footnote")
  const at = editor.state.selection.to
  const answer = await ask(
    gettext("Footnote"),
    [
      {
        name: "text",
        type: "textarea",
        label: gettext("Text of the note"),
        value: note?.node.attrs["data-footnote"] ?? "",
        help: gettext("It gets its number by its place and stands below the story."),
        clean: required(),
      },
    ],
    {
      submit: note ? gettext("Apply") : gettext("Insert footnote"),
      remove: note && gettext("Remove footnote"),
    },
  )
  if (!answer) return editor.commands.focus()
  if (answer.remove) return remove(editor, note)
  const text = answer.text.replace(/\s+/g, " ")
  if (note) return setAttributes(editor, note, { "data-footnote": text })
  return editor
    .chain()
    .insertContentAt(at, { type: "footnote", attrs: { "data-footnote": text } })
    .focus()
    .run()
}

export function setAttributes(editor, { node, pos }, attrs) {
  return editor
    .chain()
    .command(({ tr }) => {
      tr.setNodeMarkup(pos, null, { ...node.attrs, ...attrs })
      tr.setSelection(NodeSelection.create(tr.doc, pos))
      return true
    })
    .focus()
    .run()
}

// The language of a paragraph

export async function editLanguage(editor) {
  const { $from } = editor.state.selection
  const name = $from.parent.type.name
  const answer = await ask(gettext("Language of this paragraph"), [
    {
      name: "lang",
      label: gettext("Language"),
      value: $from.parent.attrs.lang ?? "",
      help: gettext("A language tag: fr, ar, zh-Hant. Empty: the article’s own."),
      clean: (value) => value.trim(),
    },
    {
      name: "dir",
      type: "select",
      label: gettext("Direction"),
      value: $from.parent.attrs.dir ?? "",
      choices: {
        "": gettext("as the article"),
        ltr: gettext("left to right"),
        rtl: gettext("right to left"),
      },
    },
  ])
  if (!answer) return editor.commands.focus()
  return editor
    .chain()
    .updateAttributes(name, { lang: answer.lang || null, dir: answer.dir || null })
    .focus()
    .run()
}

// Tables

export function toggleHeaderRow(editor) {
  return editor
    .chain()
    .toggleHeaderRow()
    .command(({ tr }) => {
      // Its place in thead or tbody follows from its cells from now on.
      const table = around({ selection: tr.selection }, "table")
      if (table) tr.setNodeAttribute(table.pos + 1, "section", "auto")
      return true
    })
    .focus()
    .run()
}

export function toggleCaption(editor) {
  const captioned = around(editor.state, "captionedTable")
  const table = around(editor.state, "table")
  return editor
    .chain()
    .command(({ tr, state: { schema } }) => {
      if (captioned) {
        const { node, pos } = captioned
        tr.replaceWith(pos, pos + node.nodeSize, node.lastChild)
        tr.setSelection(TextSelection.near(tr.doc.resolve(pos + 1)))
        return true
      }
      if (!table) return false
      const { node, pos } = table
      const caption = schema.nodes.tableCaption.create()
      const both = schema.nodes.captionedTable.create(null, [caption, node])
      tr.replaceWith(pos, pos + node.nodeSize, both)
      tr.setSelection(TextSelection.near(tr.doc.resolve(pos + 2)))
      return true
    })
    .focus()
    .run()
}

export function removeTable(editor) {
  remove(editor, around(editor.state, "captionedTable") ?? around(editor.state, "table"))
}
