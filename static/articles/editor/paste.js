// Clipboard HTML of Word, Google Docs, LibreOffice and web pages, made clean.
//
// What the schema does not know falls away by itself; here is what it would get
// wrong: emphasis and lists that exist as styles only, comments and footnotes that
// exist as links, wrappers that mean something else than their tag says.

import { prepare } from "articles/editor/spelling"

/** Return {html, dropped}: the cleaned HTML, and how many pictures it lost.
 *
 * `takeInline(address)` may return words to stand in a paragraph of their own for a
 * picture that the HTML holds itself, in a data: address.
 */
export function tidy(html, takeInline) {
  const { body } = new DOMParser().parseFromString(readable(html), "text/html")
  const isWord = /class="?Mso|xmlns:w=|mso-/i.test(html)
  const isDocs = /docs-internal-guid/.test(html)

  removeUnseen(body, isWord)
  if (takeInline) replaceInline(body, takeInline)
  const dropped = dropPictures(body)
  // In this order: footnotes and list marks are recognised by what is removed next.
  makeFootnotes(body)
  makeWordLists(body)
  makeWordQuotations(body)
  makeEmphasis(body)
  unwrapLinks(body)
  unwrapStrangers(body)
  repairLists(body)
  repairQuotations(body)
  freeRows(body)
  nameHeadings(body)
  if (isDocs) dropDefaultDirection(body)
  clearAttributes(body)
  dropEmpty(body)
  prepare(body)
  return { html: body.innerHTML, dropped }
}

// Word hides the list's mark in a conditional comment that browsers may show, and
// writes the start and the end of the fragment as comments. The desk's policy forbids
// inline styles, and a browser complains about each that is only parsed.
function readable(html) {
  return html
    .replace(/<!--\[if[\s\S]*?<!\[endif\]-->/gi, "")
    .replace(/<!\[(if|endif)[^>]*>/gi, "")
    .replace(/<(style|script)\b[\s\S]*?<\/\1>/gi, "")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/(<[a-z][^<>]*?\s)style(?=\s*=)/gi, "$1data-style")
    .replace(/(<[a-z][^<>]*?\s)on\w+(?=\s*=)/gi, "$1data-on")
}

function styleOf(element) {
  return element.dataset.style ?? ""
}

function unwrap(element) {
  element.replaceWith(...element.childNodes)
}

function rename(element, name) {
  const renamed = document.createElement(name)
  for (const attribute of element.attributes)
    renamed.setAttribute(attribute.name, attribute.value)
  renamed.append(...element.childNodes)
  element.replaceWith(renamed)
  return renamed
}

function removeUnseen(body, isWord) {
  const unseen = [
    ..."script style link meta title xml template noscript object iframe".split(" "),
    ..."button input select textarea svg math colgroup video audio".split(" "),
    ".Apple-interchange-newline",
    ".msocomanchor",
    ".MsoCommentReference",
    ".msocomoff",
  ]
  body.querySelectorAll(unseen.join(",")).forEach((element) => element.remove())
  for (const element of [...body.querySelectorAll("*")]) {
    const style = styleOf(element)
    const isGone =
      /display:\s*none|mso-hide:\s*all|mso-element:\s*(comment|header|footer)/i.test(style)
    // Tracked deletions of Word; elsewhere <del> is text that is struck through.
    if (isGone || (isWord && element.localName === "del")) element.remove()
    else if (/page-break-before:\s*always/i.test(style) && element.localName === "br")
      element.remove()
    else if (element.matches(".Apple-converted-space, .Apple-tab-span"))
      element.replaceWith(" ")
    else if (/mso-spacerun:\s*yes|mso-tab-count/i.test(style)) element.replaceWith(" ")
  }
  body.querySelectorAll('[id^="docs-internal-guid"]').forEach(unwrap)
  // Google Docs' and LibreOffice's comments are links to their text.
  for (const link of [...body.querySelectorAll('a[href*="#cmnt"], a[href*="#sdcomment"]')]) {
    const isText = /^#cmnt_ref/.test(link.hash)
    const holder = isText ? link.closest("div") : link.closest("sup")
    ;(holder ?? link).remove()
  }
}

// Footnotes are a link to a note that links back. Word: #_ftn1 and #_ftnref1,
// Google Docs: #ftnt1 and #ftnt_ref1, LibreOffice: #sdfootnote1sym and …anc.
function makeFootnotes(body) {
  const target = (link) => decodeURIComponent((link.getAttribute("href") ?? "").replace(/^.*#/, ""))
  const named = new Map()
  for (const element of body.querySelectorAll("[id], a[name]")) {
    if (element.id) named.set(element.id, element)
    const name = element.getAttribute("name")
    if (name) named.set(name, element)
  }
  for (const link of [...body.querySelectorAll('a[href*="#"]')]) {
    if (!NOTE.test(target(link)) || !link.isConnected) continue
    const backlink = named.get(target(link))
    const note = backlink?.closest("li, p, div")
    if (!note || note.contains(link)) continue
    if (backlink.localName === "a" || note.querySelector('a[href*="#"]')) {
      const text = textOfNote(note)
      const sup = document.createElement("sup")
      sup.className = "footnote"
      sup.dataset.footnote = text
      const mark = link.closest("sup") ?? link
      mark.replaceWith(sup)
      const holder = note.closest('[data-style*="mso-element:footnote"], [data-style*="mso-element:endnote"]')
      ;(holder ?? note).remove()
    }
  }
  // What stood around the notes: Word's and Google's rule above them.
  for (const list of body.querySelectorAll(
    '[data-style*="mso-element:footnote-list"], [data-style*="mso-element:endnote-list"]',
  ))
    if (!list.textContent.trim()) list.remove()
  if (!body.querySelector("sup.footnote")) return
  while (body.lastElementChild && !body.lastElementChild.textContent.trim()) {
    const isRule = body.lastElementChild.localName === "hr"
    body.lastElementChild.remove()
    if (isRule) return
  }
}

const NOTE = /^(_ftn|_edn|ftnt|sdfootnote|sdendnote|fn|footnote|endnote|cite_note|note)[-_:]?\d/i

function textOfNote(note) {
  const copy = note.cloneNode(true)
  for (const link of copy.querySelectorAll('a[href*="#"]'))
    (link.closest("sup") ?? link).remove()
  return copy.textContent.replace(/\s+/g, " ").replace(/^[\s↑^*]+|\s+$/g, "")
}

// <p class=MsoListParagraph style="mso-list:l0 level2 lfo1"> is a list item.
function makeWordLists(body) {
  let stack = []
  for (const item of [...body.querySelectorAll("p, h1, h2, h3, h4, h5, h6")]) {
    const found = /mso-list:\s*(\w+)\s+level(\d+)/i.exec(styleOf(item))
    if (!found) {
      stack = []
      continue
    }
    const [, list, level] = found
    const depth = Number(level)
    const mark = [...item.querySelectorAll("*")].find((element) =>
      /mso-list:\s*ignore/i.test(styleOf(element)),
    )
    const text = (mark?.textContent ?? "").replace(/[\s\u00a0]/g, "")
    mark?.remove()
    // A numbered heading stays a heading.
    if (/^H/.test(item.tagName)) {
      stack = []
      continue
    }
    const isOrdered = /^\(?([0-9]{1,3}|[a-z]{1,4})[.)]/i.test(text)
    const follows = stack.length && stack[0].list === list && isNext(stack[0].dom, item)
    if (!follows) stack = []
    while (stack.length && stack.at(-1).depth > depth) stack.pop()
    if (!stack.length || stack.at(-1).depth < depth) {
      const dom = document.createElement(isOrdered ? "ol" : "ul")
      const start = Number.parseInt(text.replace("(", ""), 10)
      if (isOrdered && start > 1) dom.setAttribute("start", start)
      const parent = stack.at(-1)?.dom
      if (parent) (parent.lastElementChild ?? parent).append(dom)
      else item.before(dom)
      stack.push({ dom, depth, list })
    }
    const li = document.createElement("li")
    li.append(...item.childNodes)
    stack.at(-1).dom.append(li)
    item.remove()
  }
}

// Word's style "Quote"; paragraphs of it that follow each other are one quotation.
function makeWordQuotations(body) {
  let quotation = null
  for (const line of [...body.querySelectorAll("p.MsoQuote, p.MsoIntenseQuote")]) {
    if (!quotation || !isNext(quotation, line)) {
      quotation = document.createElement("blockquote")
      line.before(quotation)
    }
    quotation.append(line)
  }
}

function isNext(list, item) {
  let next = list.nextSibling
  while (next && next !== item && !next.textContent.trim()) next = next.nextSibling
  return next === item
}

// Emphasis that is only a style. What a heading's own look says is no emphasis.
function makeEmphasis(body) {
  for (const element of [...body.querySelectorAll("b, strong, i, em, span, font, u, a, s, strike")]) {
    const style = styleOf(element)
    const weight = /(?<![-\w])font-weight:\s*(\w+)/i.exec(style)?.[1]
    const isBold = weight && (/^bold/i.test(weight) || Number(weight) >= 600)
    const isPlain = weight && !isBold
    const { localName } = element
    if (isPlain && /^(b|strong)$/.test(localName)) {
      unwrap(element)
      continue
    }
    if (/(?<![-\w])font-style:\s*normal/i.test(style) && /^(i|em)$/.test(localName)) {
      unwrap(element)
      continue
    }
    const inHeading = element.closest("h1, h2, h3, h4, h5, h6")
    const marks = []
    if (isBold && !inHeading) marks.push("strong")
    if (/(?<![-\w])font-style:\s*(italic|oblique)/i.test(style)) marks.push("em")
    if (/text-decoration[^;]*line-through/i.test(style)) marks.push("s")
    if (/vertical-align:\s*super/i.test(style)) marks.push("sup")
    if (/vertical-align:\s*sub/i.test(style)) marks.push("sub")
    if (isTypewriter(element)) marks.push("code")
    const own = { b: "strong", i: "em", strike: "s" }[localName] ?? localName
    for (const mark of marks) {
      if (mark === own || !element.textContent.trim()) continue
      const wrapper = document.createElement(mark)
      wrapper.append(...element.childNodes)
      element.append(wrapper)
    }
    if (inHeading && own === "strong") unwrap(element)
    else if (/^(b|i|strike)$/.test(localName)) rename(element, own)
  }
  for (const struck of [...body.querySelectorAll("del")]) rename(struck, "s")
}

function isTypewriter(element) {
  const family = /(?<![-\w])font-family:([^;]*)/i.exec(styleOf(element))?.[1]
  return /courier|consolas|monospace/i.test(family ?? element.getAttribute("face") ?? "")
}

function replaceInline(body, takeInline) {
  for (const image of [...body.querySelectorAll('img[src^="data:"]')]) {
    const words = takeInline(image.getAttribute("src"))
    if (!words) continue
    const line = document.createElement("p")
    line.textContent = words
    let block = image
    while (block.parentElement !== body) block = block.parentElement
    // Those of one block follow it in their order.
    while (block.nextElementSibling?.dataset.picture === "") block = block.nextElementSibling
    line.dataset.picture = ""
    block.after(line)
    image.remove()
  }
  for (const line of body.querySelectorAll('p[data-picture=""]'))
    line.removeAttribute("data-picture")
}

function dropPictures(body) {
  let dropped = 0
  for (const image of [...body.querySelectorAll("img, picture")]) {
    if (!image.isConnected || image.closest("figure[data-picture]")) continue
    // One that is a pixel wide counts visits, and no editor saw it.
    const isPixel = Number(image.getAttribute("width") ?? 9) <= 2
    if (!isPixel) dropped += 1
    image.remove()
  }
  return dropped
}

// Links that are bookmarks, and Google's detour around every address.
function unwrapLinks(body) {
  for (const link of [...body.querySelectorAll("a")]) {
    const href = (link.getAttribute("href") ?? "").trim()
    const detour = /^https:\/\/www\.google\.com\/url\?(.*)/.exec(href)
    const address = (detour && new URLSearchParams(detour[1]).get("q")) || href
    if (!/^(https?:|mailto:|tel:|\/)/i.test(address) || !link.textContent.trim())
      unwrap(link)
    else link.setAttribute("href", address)
  }
}

const STRUCTURE = "p,h1,h2,h3,h4,h5,h6,ul,ol,table,blockquote,pre,hr,figure,aside,div,dl"

function unwrapStrangers(body) {
  for (const element of [...body.querySelectorAll("*")].reverse()) {
    const { localName } = element
    if (localName === "div" && element.hasAttribute("data-raw")) continue
    if (KNOWN.has(localName)) continue
    const isBlock = BLOCKS.has(localName)
    if (isBlock && !element.querySelector(STRUCTURE)) rename(element, "p")
    else unwrap(element)
  }
}

const KNOWN = new Set(
  (
    "p h1 h2 h3 h4 h5 h6 ul ol li hr br pre code a strong em s sub sup cite small" +
    " blockquote footer aside figure figcaption img table caption thead tbody tfoot" +
    " tr td th"
  ).split(" "),
)
const BLOCKS = new Set(
  (
    "div section article header main nav address center dd dt details summary" +
    " fieldset legend form"
  ).split(" "),
)

// Google Docs, and Word in browsers, put a list directly into a list.
function repairLists(body) {
  for (const list of [...body.querySelectorAll("ul > ul, ul > ol, ol > ul, ol > ol")]) {
    const item = list.previousElementSibling
    if (item?.localName === "li") item.append(list)
  }
  for (const list of body.querySelectorAll("ul, ol"))
    for (const child of [...list.childNodes])
      if (child.nodeType === 3 && !child.textContent.trim()) child.remove()
}

// Loose words in a quotation are a paragraph; a cite at its end says who spoke.
function repairQuotations(body) {
  for (const quotation of body.querySelectorAll("blockquote")) {
    const last = quotation.lastElementChild
    if (last?.localName === "cite" && last !== quotation.firstChild) {
      const footer = document.createElement("footer")
      last.replaceWith(footer)
      footer.append(last)
    }
    let paragraph = null
    for (const child of [...quotation.childNodes]) {
      const isBlock = child.nodeType === 1 && child.matches(`${STRUCTURE},footer`)
      if (isBlock) paragraph = null
      else if (paragraph || child.textContent.trim()) {
        if (!paragraph) child.before((paragraph = document.createElement("p")))
        paragraph.append(child)
      }
    }
  }
}

// A header row at the top of a table belongs in its thead, which few pages write.
function freeRows(body) {
  for (const row of body.querySelectorAll("tbody > tr")) row.dataset.section = "auto"
}

// The headline is the page's h1, so a text that has one of its own moves down.
function nameHeadings(body) {
  const by = body.querySelector("h1") ? 1 : 0
  for (const heading of [...body.querySelectorAll("h1, h2, h3, h4, h5, h6")])
    rename(heading, `h${Math.min(4, Number(heading.localName[1]) + by)}`)
}

function dropDefaultDirection(body) {
  for (const element of body.querySelectorAll('[dir="ltr"]')) element.removeAttribute("dir")
}

const KEPT = new Set(
  (
    "href cite dir src alt width height colspan rowspan scope start title" +
    " data-picture data-embed data-footnote data-raw data-section"
  ).split(" "),
)

function clearAttributes(body) {
  for (const element of body.querySelectorAll("*"))
    for (const { name, value } of [...element.attributes]) {
      const isOurs = name === "class" && /^(pullquote|footnote|embed|gallery)$/.test(value)
      // A table's or a list's measures are looks.
      const isMeasure = /^(width|height)$/.test(name) && element.localName !== "img"
      if ((!KEPT.has(name) && !isOurs) || isMeasure) element.removeAttribute(name)
    }
}

function dropEmpty(body) {
  for (const child of [...body.childNodes])
    if (child.nodeName === "BR") child.remove()
  const empty = "p, h2, h3, h4, blockquote, ul, ol, strong, em, s, sub, sup, code, cite"
  for (const element of [...body.querySelectorAll(empty)].reverse()) {
    const isBlank = !element.textContent.replace(/[\s\u00a0]/g, "")
    if (!isBlank || element.querySelector("img, hr, sup.footnote")) continue
    if (element.matches("sup.footnote")) continue
    // A blank that somebody made bold is still a blank.
    if (/^(p|h\d|blockquote|ul|ol)$/.test(element.localName)) {
      if (!element.closest("td, th")) element.remove()
    } else unwrap(element)
  }
}
