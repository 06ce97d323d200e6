// Embeds: what can be shown of another site, as articles/embeds.py knows it.

import { gettext } from "django-prose-editor/editor"

import { around, insertBlock, remove, setAttributes } from "articles/editor/commands"
import { ask, Complaint, required, webAddress } from "articles/editor/dialogs"
import { request } from "articles/editor/library"

const KINDS = {
  video: gettext("a video"),
  tall: gettext("a video"),
  audio: gettext("sound"),
  post: gettext("a post"),
  map: gettext("a map"),
  chart: gettext("a chart or a document"),
}

/** Ask the server about an address or about pasted code.
 *
 * Resolves to {address, provider, kind, host}; provider is "" for what stays a link,
 * address "" where there is none. Null when the server did not answer.
 */
async function look(address, text) {
  const answer = await request(`${address}?${new URLSearchParams({ text })}`)
  return answer.error ? null : answer
}

function told({ address, provider, kind, host }) {
  if (!address) return gettext("There is no web address in this.")
  if (!provider)
    return gettext("Readers get a link to it: it is not known how to show it on the page.")
  return `${provider}: ${KINDS[kind]}. ${gettext(
    "Readers get a still of ours; a click loads it from",
  )} ${host}.`
}

export async function editEmbed(editor, checker) {
  const embed = around(editor.state, "embed")
  let found = null
  const answer = await ask(
    gettext("Embed"),
    [
      {
        name: "url",
        label: gettext("Address, or the code for embedding it"),
        value: embed?.node.attrs["data-embed"] ?? "",
        help: gettext("Of a video, a recording, a post, a map or a chart."),
        autocomplete: "off",
        spellcheck: false,
        clean: required((value) => {
          if (found?.text === value && found.address) return found.address
          if (/\s|^</.test(value)) throw new Complaint(told({ address: "" }))
          return webAddress(value)
        }),
      },
      {
        name: "label",
        label: gettext("Title"),
        value: embed?.node.attrs.label ?? "",
        help: gettext("What readers see below the still: what it is, and by whom."),
      },
    ],
    {
      submit: embed ? gettext("Apply") : gettext("Insert embed"),
      remove: embed && gettext("Remove embed"),
      opened: ([row]) => {
        const status = document.createElement("p")
        status.className = "body-recognised"
        status.setAttribute("role", "status")
        row.append(status)
        let waiting
        const check = async () => {
          const text = row.input.value.trim()
          const answer = text && (await look(checker, text))
          if (text !== row.input.value.trim()) return
          found = answer ? { ...answer, text } : null
          status.textContent = answer ? told(answer) : ""
        }
        row.input.addEventListener("input", () => {
          clearTimeout(waiting)
          waiting = setTimeout(check, 250)
        })
        check()
      },
      // Code is turned into its address by the server, however quick the hand.
      before: async (values) => {
        if (found?.text === values.url) return
        const answer = await look(checker, values.url)
        found = answer && { ...answer, text: values.url }
      },
    },
  )
  if (!answer) return editor.commands.focus()
  if (answer.remove) return remove(editor, embed)
  const attrs = attributesOf(answer.url, answer.label)
  if (embed) return setAttributes(editor, embed, attrs)
  return insertBlock(editor, { type: "embed", attrs })
}

const attributesOf = (address, label) => ({
  "data-embed": address,
  href: address,
  label: label || address,
})

/** Offer to embed an address that was pasted on a line of its own.
 *
 * `tell(sentence, label, act)` shows a sentence with a button that acts.
 */
export async function offerEmbed(editor, checker, address, tell) {
  const found = await look(checker, address)
  if (!found?.provider) return
  tell(
    `${found.provider}: ${KINDS[found.kind]}.`,
    gettext("Embed it instead of the address"),
    () => {
      const line = lineOf(editor.state.doc, address)
      if (line === null) return
      const at = { from: line.pos, to: line.pos + line.node.nodeSize }
      const embed = { type: "embed", attrs: attributesOf(found.address, "") }
      editor.chain().insertContentAt(at, embed).focus().run()
    },
  )
}

// The last paragraph that holds nothing but the address: the text may have moved.
function lineOf(doc, address) {
  let line = null
  doc.descendants((node, pos) => {
    if (node.type.name === "paragraph" && node.textContent.trim() === address)
      line = { node, pos }
    return !node.isTextblock
  })
  return line
}
