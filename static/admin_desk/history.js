// Two different versions are compared: where both columns point at the same one, the
// other column moves along to its neighbour. Without this the page says it afterwards.

const columns = ["old", "new"].map((name) => [
  ...document.querySelectorAll(`input[type="radio"][name="${name}"]`),
]);

columns.forEach((radios, side) => {
  radios.forEach((radio, row) => {
    radio.addEventListener("change", () => {
      const others = columns[1 - side];
      if (!others[row].checked) return;
      // The list runs from new to old.
      const next = side === 0 ? row - 1 : row + 1;
      (others[next] || others[side === 0 ? row + 1 : row - 1]).checked = true;
    });
  });
});
