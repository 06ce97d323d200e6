// A filter takes effect when it is chosen, without pressing "Show".

for (const select of document.querySelectorAll("select[data-go]"))
  select.addEventListener("change", () => {
    location.search = select.value;
  });

// Select2 tells jQuery only.
for (const form of document.querySelectorAll("form[data-go]")) {
  form.classList.add("goes-by-itself");
  django.jQuery(form).on("change", "select", () => form.requestSubmit());
}
