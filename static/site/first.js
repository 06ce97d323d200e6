// Before the first paint: what this reader chose earlier, kept in this browser alone.
document.documentElement.classList.add("js");
try {
  for (const name of ["theme", "size"]) {
    const chosen = localStorage.getItem(`reading-${name}`);
    if (chosen) document.documentElement.dataset[name] = chosen;
  }
} catch {
  // A browser may forbid storage: the device's own choice stands.
}
