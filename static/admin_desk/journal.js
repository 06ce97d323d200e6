// What was typed, kept in this browser at once.
//
// In IndexedDB, not in localStorage: that holds 5 MB for the whole site, some twenty
// long articles, and Chromium writes it to the disk with seconds of delay
// (components/services/storage/dom_storage: commits wait and are rationed), so that
// killing the browser could take the last sentences along. A committed transaction
// here outlives that: tests/browser/test_nothing_is_lost.py kills it. A record is
// what one opening of a form holds; a form that was opened twice has two.

const STORE = "pages";
const SIXTY_DAYS = 60 * 24 * 60 * 60 * 1000;

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

let opened;
function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("newsroom-journal", 1);
    request.onupgradeneeded = () =>
      request.result
        .createObjectStore(STORE, { keyPath: "page" })
        .createIndex("owner", "owner");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function store(mode) {
  const database = await open();
  // Strict: it has reached the disk when it is said to be kept.
  return database.transaction(STORE, mode, { durability: "strict" });
}

/** Keep {page, owner, token, data, at, sent}. Throws a DOMException if it cannot. */
export async function write(record) {
  const transaction = await store("readwrite");
  const finished = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  transaction.objectStore(STORE).put(record);
  // Not left to the browser: a page that is closed now would take it back.
  transaction.commit();
  await finished;
}

export async function drop(page) {
  await done((await store("readwrite")).objectStore(STORE).delete(page));
}

export async function get(page) {
  return done((await store("readonly")).objectStore(STORE).get(page));
}

/** Return what a person typed into one article, or into new ones. */
export async function of(owner) {
  return done((await store("readonly")).objectStore(STORE).index("owner").getAll(owner));
}

export async function prune() {
  const cursors = (await store("readwrite")).objectStore(STORE).openCursor();
  cursors.onsuccess = () => {
    const cursor = cursors.result;
    if (!cursor) return;
    if (cursor.value.at < Date.now() - SIXTY_DAYS) cursor.delete();
    cursor.continue();
  };
}

/** Say of a page, as long as it is open, that its record is its own business. */
export function hold(page) {
  // Only where the address is secure. Elsewhere another tab's text is offered too.
  navigator.locks?.request(`journal-${page}`, () => new Promise(() => {}));
}

export async function heldPages() {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set(held.map(({ name }) => name.replace("journal-", "")));
}
