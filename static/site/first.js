// Before the first paint: what this browser can do, so that nothing moves when buttons
// come, and what this reader chose earlier, kept in this browser alone.
{
  const { classList, dataset } = document.documentElement;
  classList.add("js");
  if (navigator.share) classList.add("shares");
  if (navigator.clipboard) classList.add("copies");
  try {
    for (const name of ["theme", "size"]) {
      const chosen = localStorage.getItem(`reading-${name}`);
      if (chosen) dataset[name] = chosen;
    }
  } catch {
    // A browser may forbid storage: the device's own choice stands.
  }
}
