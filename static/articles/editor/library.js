// What the desk's picture library answers, and what is known of its pictures.

import { gettext } from "django-prose-editor/editor"

// {id: picture as articles/admin/picture_chooser.py tells of it}
const known = new Map()
const listeners = new Set()

export function remember(pictures) {
  for (const picture of pictures) known.set(String(picture.id), picture)
  for (const tell of listeners) tell()
}

/** Say whether the library has words for a picture; undefined where it is not known. */
export function isDescribed(id) {
  return known.get(String(id))?.is_described
}

/** Call `tell` when more pictures are known; returns what ends that. */
export function whenKnown(tell) {
  listeners.add(tell)
  return () => listeners.delete(tell)
}

let thumbnail = ""

/** Learn where small pictures are: an address with /0/ in the place of the number. */
export function findThumbnails(address) {
  thumbnail = address
}

/** Show a picture of the text in an <img>.
 *
 * A body keeps the address its picture had; once another file was put in its place,
 * only the library knows the new one.
 */
export function showPicture(image, { src, "data-picture": id }) {
  const shown = `${id} ${src}`
  if (image.dataset.shown === shown) return
  image.dataset.shown = shown
  image.onerror = () => {
    image.onerror = null
    if (thumbnail && id) image.src = thumbnail.replace("/0/", `/${id}/`)
  }
  image.src = src ?? ""
}

/** Ask the library about those pictures of a document that say nothing of their own. */
export async function askAbout(doc, library) {
  const ids = new Set()
  doc.descendants(({ type, attrs }) => {
    const id = attrs["data-picture"]
    if (type.name === "picture" && !attrs.alt && id && !known.has(id)) ids.add(id)
  })
  if (!ids.size) return
  const query = new URLSearchParams({ ids: [...ids].slice(0, 100).join() })
  const { pictures } = await request(`${library.list}?${query}`)
  if (pictures) remember(pictures)
}

export const SILENCE = gettext(
  "The site did not answer. Are you still online and logged in? (Another tab will tell.)",
)

/** Return the answer as JSON; a lost connection or session as a sentence in `error`. */
export async function request(address, options = {}) {
  try {
    const response = await fetch(address, {
      ...options,
      headers: { Accept: "application/json", ...options.headers },
    })
    return await response.json()
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error
    return { error: SILENCE }
  }
}

/** Upload one file; resolves to the server's answer, or to {error}.
 *
 * `progress(share)` is told how much is sent, from 0 to 1. `signal` ends it.
 */
export function upload(library, file, { progress, signal } = {}) {
  return new Promise((resolve) => {
    const sending = new XMLHttpRequest()
    const body = new FormData()
    body.append("upload", file)
    sending.open("POST", library.upload)
    sending.setRequestHeader("Accept", "application/json")
    sending.setRequestHeader("X-CSRFToken", library.token)
    sending.upload.addEventListener("progress", ({ loaded, total }) =>
      progress?.(total ? loaded / total : 0),
    )
    sending.addEventListener("load", () => {
      const answer = read(sending)
      if (answer.picture) remember([answer.picture])
      else if (answer.errors) answer.error = Object.values(answer.errors).flat().join(" ")
      resolve(answer)
    })
    sending.addEventListener("error", () => resolve({ error: SILENCE }))
    sending.addEventListener("abort", () => resolve({ error: "" }))
    signal?.addEventListener("abort", () => sending.abort())
    sending.send(body)
  })
}

function read(sending) {
  if (sending.status === 413) return { error: gettext("The file is too large.") }
  try {
    const answer = JSON.parse(sending.responseText)
    return answer.picture || answer.errors ? answer : { error: SILENCE }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { error: SILENCE }
  }
}

/** The picture as a node of the text, with the words the library has for it. */
export function pictureNode(picture, words = {}) {
  const { alt, caption, credit } = { ...picture, ...words }
  const content = []
  if (caption) content.push({ type: "text", text: credit ? `${caption} ` : caption })
  if (credit) content.push({ type: "text", text: credit, marks: [{ type: "small" }] })
  return { type: "picture", attrs: { ...reference(picture), alt }, content }
}

export function reference(picture) {
  return {
    "data-picture": String(picture.id),
    src: picture.url,
    width: String(picture.width),
    height: String(picture.height),
  }
}
