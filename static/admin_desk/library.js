// The grid of pictures: arrow keys walk through it, Shift chooses a range, and the
// bar of actions says how many are chosen. Links and boxes work without this.

// On a phone the filters would push every picture off the screen.
const filters = document.querySelector(".library-filters");
if (filters && matchMedia("(max-width: 767px)").matches) filters.open = false;

const grid = document.querySelector("#changelist-form .library");
if (grid) walk(grid);

function walk(grid) {
  const cards = [...grid.querySelectorAll(".library-card")];
  const link = (card) => card.querySelector("a");
  const box = (card) => card.querySelector(".action-select");

  // How many stand in a row: those with the first one's top.
  const columns = () => {
    const top = cards[0].offsetTop;
    const below = cards.findIndex((card) => card.offsetTop > top);
    return below < 0 ? cards.length : below;
  };
  grid.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = cards.indexOf(event.target.closest(".library-card"));
    const isRtl = getComputedStyle(grid).direction === "rtl";
    const steps = {
      ArrowRight: isRtl ? -1 : 1,
      ArrowLeft: isRtl ? 1 : -1,
      ArrowDown: columns(),
      ArrowUp: -columns(),
      Home: -here,
      End: cards.length - 1 - here,
    };
    if (event.key === " " && event.target.matches("a") && box(cards[here])) {
      event.preventDefault();
      choose(here, !box(cards[here]).checked, event.shiftKey);
    } else if (event.key in steps) {
      const next = cards[here + steps[event.key]];
      if (!next) return;
      event.preventDefault();
      link(next).focus();
    }
  });

  // Choosing

  const actions = document.querySelector("#changelist-form .actions");
  if (!actions || !box(cards[0])) return;
  let last = null;
  function choose(here, isChosen, isRange) {
    const from = isRange && last !== null ? last : here;
    for (let i = Math.min(from, here); i <= Math.max(from, here); i++)
      box(cards[i]).checked = isChosen;
    last = here;
    tell();
  }
  grid.addEventListener("click", (event) => {
    if (!event.target.matches(".action-select")) return;
    const here = cards.indexOf(event.target.closest(".library-card"));
    choose(here, event.target.checked, event.shiftKey);
  });

  const all = document.createElement("label");
  all.className = "library-all";
  const allBox = document.createElement("input");
  allBox.type = "checkbox";
  all.append(allBox, ` ${gettext("All on this page")}`);
  actions.prepend(all);
  allBox.addEventListener("change", () => {
    for (const card of cards) box(card).checked = allBox.checked;
    tell();
  });

  // Django's own words and hooks, which its script looks for in tables only.
  const across = actions.querySelector("input.select-across");
  const show = (name, isShown) =>
    actions.querySelector(`.${name}`)?.classList.toggle("hidden", !isShown);
  function tell() {
    const chosen = cards.filter((card) => box(card).checked).length;
    for (const card of cards) card.classList.toggle("is-chosen", box(card).checked);
    allBox.checked = chosen === cards.length;
    allBox.indeterminate = chosen > 0 && chosen < cards.length;
    if (chosen < cards.length && across) across.value = 0;
    const isAcross = across?.value === "1";
    const counter = actions.querySelector(".action-counter");
    if (counter) {
      counter.textContent = interpolate(
        ngettext(
          "%(sel)s of %(cnt)s selected",
          "%(sel)s of %(cnt)s selected",
          chosen,
        ),
        { sel: chosen, cnt: cards.length },
        true,
      );
      counter.classList.toggle("hidden", isAcross);
    }
    show("all", isAcross);
    show("clear", isAcross);
    show("question", chosen === cards.length && !isAcross);
    actions.classList.toggle("has-chosen", chosen > 0);
  }
  const setAcross = (value) => (event) => {
    event.preventDefault();
    across.value = value;
    if (!value) for (const card of cards) box(card).checked = false;
    tell();
  };
  actions.querySelector(".question a")?.addEventListener("click", setAcross(1));
  actions.querySelector(".clear a")?.addEventListener("click", setAcross(0));
  tell();
}
