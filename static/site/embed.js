// What is embedded loads when a reader asks for it. The address was made and vetted by
// the server (articles/embeds.py); the page's policy lets no other host into a frame.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-frame]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const frame = document.createElement("iframe");
  frame.title = link.dataset.title;
  frame.allow = "autoplay; fullscreen; encrypted-media; picture-in-picture";
  // It may do what players do, but not send this page elsewhere.
  frame.sandbox =
    "allow-scripts allow-same-origin allow-forms allow-presentation allow-popups allow-popups-to-escape-sandbox";
  // YouTube plays nothing for a page that does not say which site it belongs to (2025).
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  frame.src = link.dataset.frame;
  link.replaceWith(frame);
  frame.focus();
});
