// Shows the picture that is chosen, also one just added in the "new" window.

for (const select of document.querySelectorAll("select[data-thumbnail]")) {
  const image = document.createElement("img");
  image.className = "chosen-picture";
  image.alt = "";
  (select.closest(".related-widget-wrapper") ?? select).before(image);
  const show = () => {
    image.hidden = !select.value;
    if (select.value)
      image.src = select.dataset.thumbnail.replace("/0/", `/${select.value}/`);
  };
  // Select2 and the "new" window tell jQuery only.
  django.jQuery(select).on("change", show);
  show();
}
