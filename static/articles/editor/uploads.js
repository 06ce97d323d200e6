// Pictures that were pasted or dropped: they upload themselves.
//
// A placeholder stands where the picture will be. It is a decoration and no part of
// the text: nothing of it is saved, and the picture takes its place in one step that
// can be undone.

import { crel, gettext, pm } from "django-prose-editor/editor"

import { pictureNode, upload } from "articles/editor/library"

const { Plugin, PluginKey } = pm.state
const { Decoration, DecorationSet } = pm.view
const key = new PluginKey("uploads")
const AT_ONCE = 2
const PREVIEW_WIDTH = 560

/** The plugin that keeps the placeholders at their places while the text changes. */
export function uploadPlaces() {
  return new Plugin({
    key,
    state: {
      init: () => DecorationSet.empty,
      apply(tr, places) {
        let moved = places.map(tr.mapping, tr.doc)
        const { add = [], remove = [] } = tr.getMeta(key) ?? {}
        for (const job of remove)
          moved = moved.remove(moved.find(undefined, undefined, (each) => each.job === job))
        return moved.add(
          tr.doc,
          add.map(({ at, job }) => Decoration.widget(at, job.dom, specOf(job))),
        )
      },
    },
    props: { decorations: (state) => key.getState(state) },
    // Pasted text holds a mark where each of its pictures was; see `marked`.
    appendTransaction(transactions, before, { doc, tr }) {
      if (!waiting.size || !transactions.some((each) => each.docChanged)) return null
      const found = []
      doc.descendants((node, pos) => {
        if (!node.isTextblock) return true
        const text = node.textBetween(0, node.content.size, "", "\ufffc")
        for (const { 0: mark, 1: id, index } of text.matchAll(MARK))
          if (waiting.has(id)) found.push({ id, from: pos + 1 + index, length: mark.length })
        return false
      })
      const add = []
      for (const { id, from, length } of found) {
        const start = tr.mapping.map(from)
        tr.delete(start, start + length)
        const $at = tr.doc.resolve(start)
        let at = placeFor(tr, start)
        const isLeftOver = !$at.parent.content.size && $at.node(-1).childCount > 1
        if (isLeftOver && $at.parent.type.name === "paragraph")
          tr.delete((at = $at.before()), $at.after())
        add.push({ at, job: waiting.get(id) })
        waiting.delete(id)
      }
      for (const { job } of add) job.uploads.start(job)
      return add.length ? tr.setMeta(key, { add }) : null
    },
  })
}

// From the private use area: nobody types it.
const MARK = /\ue0ff(upload-\d+)\ue0ff/g

// Those at the same place stand in the order of their numbers.
const specOf = (job) => ({
  side: job.number - 1e6,
  job,
  key: job.id,
  ignoreSelection: true,
  stopEvent: () => true,
})

const waiting = new Map()
let jobs = 0

/** All uploads into one text. */
export class Uploads {
  constructor(editor, library, tell) {
    this.editor = editor
    this.library = library
    this.tell = tell
    this.queue = []
    this.running = new Set()
    this.holdSaving()
  }

  /** Upload files and put the pictures below the block at a place, in their order. */
  insert(files, at) {
    const { state, view } = this.editor
    const place = placeFor(state, at ?? state.selection.to)
    const add = files.map((file) => ({ at: place, job: this.job(file) }))
    view.dispatch(state.tr.setMeta(key, { add }))
    for (const { job } of add) this.start(job)
  }

  /** Return a paragraph that stands for a file in HTML that is about to be pasted. */
  marked(file) {
    const job = this.job(file)
    waiting.set(job.id, job)
    return `\ue0ff${job.id}\ue0ff`
  }

  job(file) {
    const number = ++jobs
    const id = `upload-${number}`
    const job = { id, number, file, uploads: this, abort: new AbortController() }
    job.dom = placeholder(job)
    return job
  }

  start(job) {
    job.error = ""
    job.show()
    this.queue.push(job)
    this.next()
  }

  async next() {
    if (this.running.size >= AT_ONCE || !this.queue.length) return
    const job = this.queue.shift()
    this.running.add(job)
    const answer = await upload(this.library, job.file, {
      progress: (share) => job.show(share),
      signal: job.abort.signal,
    })
    this.running.delete(job)
    this.next()
    if (job.abort.signal.aborted || this.editor.isDestroyed) return
    if (answer.picture) this.place(job, answer)
    else {
      job.error = answer.error
      job.show()
    }
    this.settled()
  }

  place(job, { picture, is_duplicate: isDuplicate, remarks = [] }) {
    const { state, view, schema } = this.editor
    const [place] = this.places(job)
    if (!place) return
    const { tr } = state
    const node = schema.nodeFromJSON(pictureNode(picture))
    const before = state.doc.resolve(place.from)
    const holder = before.nodeAfter
    // An empty line there makes room.
    const isEmpty = holder?.type.name === "paragraph" && !holder.content.size
    const here = this.places().filter(({ from }) => from === place.from)
    if (isEmpty && here.length === 1)
      tr.replaceWith(place.from, place.from + holder.nodeSize, node)
    else tr.insert(place.from, node)
    // Those that follow it go below it; what comes before it stays above.
    const later = here.map(({ spec }) => spec.job).filter(({ number }) => number > job.number)
    const add = later.map((other) => ({ at: place.from + node.nodeSize, job: other }))
    view.dispatch(tr.setMeta(key, { remove: [job, ...later], add }))
    if (remarks.length) this.tell(`${job.file.name}: ${remarks.join(" ")}`)
    if (isDuplicate)
      this.tell(
        gettext("This picture was in the library already, and that one is used:") +
          ` ${picture.title || picture.alt || job.file.name}`,
      )
  }

  /** Give up a placeholder, whatever it is doing. */
  remove(job) {
    job.abort.abort()
    this.queue = this.queue.filter((other) => other !== job)
    const { state, view } = this.editor
    view.dispatch(state.tr.setMeta(key, { remove: [job] }))
    view.focus()
    this.settled()
  }

  places(job) {
    const places = key.getState(this.editor.state)
    return places.find(undefined, undefined, (each) => !job || each.job === job)
  }

  get isBusy() {
    return this.running.size + this.queue.length > 0
  }

  // Saving waits for what is on its way, and stops for what failed: with the page,
  // the files would be gone.
  holdSaving() {
    const form = this.editor.view.dom.closest("form")
    addEventListener(
      "submit",
      (event) => {
        if (event.target !== form || !this.places().length) return
        event.preventDefault()
        event.stopImmediatePropagation()
        if (this.isBusy) {
          this.held = event.submitter ?? form
          this.tell(gettext("The article is saved as soon as its pictures have arrived."))
        } else this.complain()
      },
      true,
    )
    addEventListener("beforeunload", (event) => {
      if (this.isBusy) event.preventDefault()
    })
  }

  settled() {
    if (!this.held || this.isBusy) return
    const held = this.held
    this.held = null
    if (this.places().length) this.complain()
    else if (held.form) held.form.requestSubmit(held)
    else held.requestSubmit()
  }

  complain() {
    this.tell(
      gettext("A picture could not be uploaded. Try again, or remove it; then save."),
    )
    const [{ spec }] = this.places()
    spec.job.dom.scrollIntoView({ block: "center" })
    spec.job.dom.querySelector("button")?.focus()
  }
}

// Between two blocks: where the cursor's own block ends, or before an empty one.
function placeFor({ doc }, at) {
  const $at = doc.resolve(Math.min(at, doc.content.size))
  for (let depth = $at.depth; depth > 0; depth -= 1) {
    const node = $at.node(depth)
    const holder = $at.node(depth - 1)
    const after = $at.indexAfter(depth - 1)
    if (!holder.canReplaceWith(after, after, doc.type.schema.nodes.picture)) continue
    if (node.type.name === "picture" && holder.type.name === "gallery") return $at.after(depth)
    const isEmpty = node.type.name === "paragraph" && !node.content.size
    return isEmpty ? $at.before(depth) : $at.after(depth)
  }
  return $at.pos
}

function placeholder(job) {
  const bar = crel("progress", { max: 1, value: 0, "aria-label": job.file.name })
  const said = crel("span", { className: "body-upload-said", role: "status" })
  const again = crel("button", { type: "button", textContent: gettext("Try again") })
  const away = crel("button", { type: "button" })
  const preview = crel("canvas", { width: 0, height: 0, "aria-hidden": "true" })
  const name = crel("strong", { textContent: job.file.name })
  const dom = crel("div", { className: "body-upload", contentEditable: "false" }, [
    preview,
    crel("div", null, [name, said, bar, crel("div", null, [again, away])]),
  ])
  again.addEventListener("click", () => job.uploads.start(job))
  away.addEventListener("click", () => job.uploads.remove(job))
  job.show = (share = 0) => {
    const isDone = share >= 1
    bar.hidden = Boolean(job.error)
    // Sent, and being read by the server, which takes as long again.
    if (isDone) bar.removeAttribute("value")
    else bar.value = share
    dom.classList.toggle("has-failed", Boolean(job.error))
    said.textContent = job.error || (isDone ? gettext("Preparing…") : gettext("Uploading…"))
    again.hidden = !job.error
    away.textContent = job.error ? gettext("Remove") : gettext("Cancel")
  }
  job.show()
  drawPreview(job.file, preview)
  return dom
}

// Drawn, because the desk's policy shows no picture from memory.
async function drawPreview(file, canvas) {
  try {
    const bitmap = await createImageBitmap(file, {
      resizeWidth: PREVIEW_WIDTH,
      resizeQuality: "medium",
    })
    canvas.width = bitmap.width
    canvas.height = bitmap.height
    canvas.getContext("2d").drawImage(bitmap, 0, 0)
    bitmap.close()
  } catch (error) {
    // The server will say what is wrong with it.
    if (!(error instanceof DOMException)) throw error
  }
}

/** Return the pictures among what was dropped or pasted, and the names of the rest. */
export function sorted(files) {
  const isPicture = ({ type, name }) =>
    type.startsWith("image/") || /\.(heic|heif|avif|jxl|tiff?)$/i.test(name)
  return {
    pictures: files.filter(isPicture),
    others: files.filter((file) => !isPicture(file)).map(({ name }) => name),
  }
}

/** Return the file in a data: address, or null where there is none to be read. */
export function fileIn(address) {
  const found = /^data:(image\/[\w.+-]+);base64,([\w+/=\s]+)$/i.exec(address)
  if (!found) return null
  try {
    const bytes = Uint8Array.from(atob(found[2]), (sign) => sign.charCodeAt(0))
    const kind = found[1].split("/")[1].replace(/\+.*/, "").toLowerCase()
    return new File([bytes], `${gettext("pasted")}.${kind}`, { type: found[1] })
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    return null
  }
}
