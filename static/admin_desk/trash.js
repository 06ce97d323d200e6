// A box above the trash's rows that ticks all of them.

const rows = document.getElementById("trash-rows")
if (rows) {
  const boxes = [...rows.querySelectorAll("tbody input[type=checkbox]")]
  const head = rows.querySelector("thead th")
  const all = document.createElement("input")
  all.type = "checkbox"
  all.setAttribute("aria-label", head.textContent.trim())
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked
  })
  rows.addEventListener("change", () => {
    const ticked = boxes.filter((box) => box.checked).length
    all.checked = ticked === boxes.length
    all.indeterminate = ticked > 0 && ticked < boxes.length
  })
  head.append(all)
}
