// A form is sent once: a second click while a slow connection takes a picture or a
// story to the server would make a second one.

const sent = new WeakSet();

// On the window, after every other listener had the chance to stop it.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) event.preventDefault();
  sent.add(form);
  // A network that fails leaves the page as it is: it can be sent again.
  setTimeout(() => sent.delete(form), 10000);
});

// Back from the next page, the browser shows this one as it was left.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) sent.delete(form);
});
