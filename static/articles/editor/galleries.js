// Galleries: pictures side by side, chosen together, put in order, with one caption.

import { gettext, pm } from "django-prose-editor/editor"

import { around, insertBlock } from "articles/editor/commands"
import { openDialog } from "articles/editor/dialogs"
import { pictureNode } from "articles/editor/library"
import { Chooser } from "articles/editor/pictures"

const { NodeSelection, TextSelection } = pm.state

/** Ask for pictures: for a new gallery, for more in this one, to stand by this one. */
export async function editGallery(editor, library) {
  const gallery = around(editor.state, "gallery")
  const single = gallery ? null : around(editor.state, "picture")
  const answer = await openDialog(
    gallery ? gettext("More pictures") : gettext("Gallery"),
    (form, close) =>
      new Chooser(form, close, library, {
        isMany: true,
        least: gallery || single ? 1 : 2,
      }),
    "body-dialog-wide",
  )
  if (!answer) return editor.commands.focus()
  const nodes = answer.pictures.map((picture) => pictureNode(picture))
  if (gallery) {
    const end = gallery.pos + gallery.node.nodeSize - 1 - gallery.node.lastChild.nodeSize
    return editor.chain().insertContentAt(end, nodes).focus().run()
  }
  const type = "gallery"
  if (single) {
    const content = [single.node.toJSON(), ...nodes, { type: "galleryCaption" }]
    const at = { from: single.pos, to: single.pos + single.node.nodeSize }
    return editor.chain().insertContentAt(at, { type, content }).focus().run()
  }
  return insertBlock(editor, { type, content: [...nodes, { type: "galleryCaption" }] })
}

/** Move the picture with the cursor one place back (-1) or on (1) in its gallery. */
export function movePicture(editor, by) {
  const picture = around(editor.state, "picture")
  if (!picture) return false
  const $pos = editor.state.doc.resolve(picture.pos)
  const gallery = $pos.parent
  if (gallery.type.name !== "gallery") return false
  const index = $pos.index()
  const other = gallery.maybeChild(index + by)
  if (other?.type.name !== "picture") return true
  const to = by < 0 ? picture.pos - other.nodeSize : picture.pos + other.nodeSize
  const { tr } = editor.state
  tr.delete(picture.pos, picture.pos + picture.node.nodeSize)
  tr.insert(to, picture.node)
  tr.setSelection(NodeSelection.create(tr.doc, to))
  editor.view.dispatch(tr.scrollIntoView())
  editor.view.focus()
  return true
}

/** Put the pictures of a gallery one below the other. */
export function separate(editor) {
  const { node, pos } = around(editor.state, "gallery")
  const { tr, schema } = editor.state
  const blocks = []
  node.forEach((child) => {
    if (child.type.name === "picture") blocks.push(child)
    else if (child.content.size)
      blocks.push(schema.nodes.paragraph.create(null, child.content))
  })
  tr.replaceWith(pos, pos + node.nodeSize, blocks)
  tr.setSelection(TextSelection.near(tr.doc.resolve(pos + 1)))
  editor.view.dispatch(tr)
  editor.view.focus()
}
