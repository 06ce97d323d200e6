// The article's form: the keyboard, the button that schedules, fields that grow.

const form = document.querySelector("#article_form, #page_form");
const main = form?.querySelector("button[data-main]");

document.addEventListener("keydown", (event) => {
  // With Alt it is AltGr, which types a letter on many keyboards.
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "s" && main) {
    event.preventDefault();
    form.requestSubmit(main);
  }
});

// A headline is one line of text in a field that wraps; Enter would break it.
form?.querySelector("textarea.headline")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});

// "Publish" with a date in the future schedules, so it says so. The newsroom's
// clock decides; the browser's is close enough for a label. A live article has a
// date of its own for its changes.
const date =
  document.getElementById("id_changes_due_at") ??
  document.getElementById("id_published_at");
const publish = form?.querySelector("button[data-later]");
if (date && publish) {
  const now = publish.textContent;
  const label = () => {
    const isLater = date.value && new Date(date.value) > new Date();
    publish.textContent = isLater ? publish.dataset.later : now;
  };
  date.addEventListener("input", label);
  label();
}

function grow(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}
for (const field of document.querySelectorAll(
  "textarea.headline, textarea.standfirst",
)) {
  field.addEventListener("input", () => grow(field));
  grow(field);
}
