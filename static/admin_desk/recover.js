// Offers what was typed and not saved when the form is opened again.

import { about, ask } from "desk/server";
import { gist } from "desk/form_data";
import * as journal from "desk/journal";

const place = document.getElementById("recover");

function element(tag, properties, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const when = (at) =>
  new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

async function ofServer() {
  if (!about.hasKept) return [];
  const { buffers = [] } = await ask(`${about.keptUrl}?article=${about.article}`);
  // Both in the browser's time, as the journal's records are.
  const ahead = Number(about.now) - Number(about.openedAt);
  return buffers.map((buffer) => ({ ...buffer, at: buffer.at - ahead, isBuffer: true }));
}

/**
 * Return what is worth an offer, newest first: of each opening of the form the newer
 * of journal and buffer, unless it says what the form says already.
 */
async function candidates(owner, page, opened, spell) {
  const held = await journal.heldPages();
  const records = await journal.of(owner);
  const newest = new Map();
  for (const record of [...records, ...(await ofServer())]) {
    if (record.page === page || held.has(record.page)) continue;
    const other = newest.get(record.page);
    if (!other || record.at > other.at) newest.set(record.page, record);
  }
  const offers = [];
  const seen = new Set([gist(opened, spell)]);
  for (const record of [...newest.values()].sort((a, b) => b.at - a.at)) {
    const said = gist(record.data, spell);
    const isEcho = record.page === about.sentPage && (record.sent || record.isBuffer);
    if (isEcho || seen.has(said)) await forget(record);
    else offers.push(record);
    seen.add(said);
  }
  return offers;
}

async function forget(record) {
  await journal.drop(record.page);
  // Also where there was no buffer yet: the last autosave of a page that was left
  // may have arrived after this one was made.
  await ask(about.dropUrl, {
    article: about.article,
    token: record.token,
    page: record.page,
  });
}

/** What the server said is saved needs no journal; what was typed since does. */
async function dropSaved(owner) {
  for (const page of about.savedPages.split(" ").filter(Boolean)) {
    const record = await journal.get(page);
    if (record?.sent) await journal.drop(page);
    // The new article has a row now: what was typed on belongs to that.
    else if (record && about.article) await journal.write({ ...record, owner });
  }
}

/** Look for kept text and show it. `use(record, options)` puts it into the form. */
export async function offer({ owner, page, opened, spell, use }) {
  await dropSaved(owner);
  const offers = await candidates(owner, page, opened, spell);
  if (!place || !offers.length) return;
  // The next autosave takes the buffer's place: from here on it is in the journal.
  for (const record of offers)
    if (record.isBuffer) await journal.write({ ...record, owner, sent: false });
  place.replaceChildren(...offers.map((record, at) => card(record, at === 0)));
  place.hidden = false;

  function card(record, isFirst) {
    const comparison = element("div", { className: "recover-comparison" });
    let options = {};
    async function compare() {
      if (comparison.childElementCount) return;
      const answer = await ask(about.compareUrl, {
        article: about.article,
        stored: opened,
        kept: record.data,
      });
      if (answer.state === "ok") {
        options = answer.options;
        comparison.innerHTML = answer.html;
      } else {
        comparison.textContent = gettext(
          "The comparison cannot be shown now. The text itself is here.",
        );
      }
    }
    const details = element("details", {}, [
      element("summary", { textContent: gettext("What is different") }),
      comparison,
    ]);
    details.addEventListener("toggle", () => details.open && compare());
    const headline = record.data.find(([name]) => name === "headline" || name === "title")?.[1];
    const useIt = element("button", {
      type: "button",
      className: "main",
      textContent: gettext("Use this text"),
    });
    const throwAway = element("button", {
      type: "button",
      textContent: gettext("Throw it away"),
    });
    const told = record.isBuffer
      ? gettext("You typed it and did not save it. The site kept it for you alone.")
      : gettext("You typed it and did not save it. This browser kept it.");
    const made = element("article", { className: "recover-card" }, [
      element("h2", {
        textContent: interpolate(gettext("Unsaved text of %s"), [when(record.at)]),
      }),
      element("p", {}, [
        ...(headline && !about.article
          ? [element("bdi", { textContent: `“${headline}” ` })]
          : []),
        told,
      ]),
      element("p", { className: "recover-buttons" }, [useIt, throwAway]),
      details,
    ]);
    useIt.addEventListener("click", async () => {
      await compare();
      await use(record, options);
      made.remove();
      hideIfEmpty();
      // Its page's record is another one from here on.
      await forget(record);
    });
    throwAway.addEventListener("click", async () => {
      await forget(record);
      const undo = element("button", { type: "button", textContent: gettext("Undo") });
      const gone = element("p", { className: "recover-card" }, [
        gettext("Thrown away."),
        " ",
        undo,
      ]);
      undo.addEventListener("click", async () => {
        await journal.write({ ...record, owner, sent: false });
        gone.replaceWith(made);
        useIt.focus();
      });
      made.replaceWith(gone);
      undo.focus();
    });
    details.open = isFirst;
    return made;
  }

  function hideIfEmpty() {
    place.hidden = !place.childElementCount;
  }
}
