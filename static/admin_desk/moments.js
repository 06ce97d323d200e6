// Asks which of two hours is meant while a time is typed that the newsroom's clocks
// show twice. The server asks too, and knows better; this saves the way there.

const DAY = 24 * 60 * 60 * 1000;
const clocks = new Map();

// How far the zone is ahead of UTC at a moment, in milliseconds.
function offset(zone, moment) {
  if (!clocks.has(zone)) {
    clocks.set(
      zone,
      new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      }),
    );
  }
  const shown = Object.fromEntries(
    clocks
      .get(zone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year, month, day, hour, minute, second } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - moment;
}

// The two offsets of a time that is shown twice, the first moment's first; else null.
function bothOffsets(zone, typed) {
  const wall = Date.parse(`${typed}Z`);
  if (Number.isNaN(wall)) return null;
  const before = offset(zone, wall - DAY);
  const after = offset(zone, wall + DAY);
  const isTwice =
    before !== after &&
    offset(zone, wall - before) === before &&
    offset(zone, wall - after) === after;
  return isTwice ? [before, after] : null;
}

function nameOf(milliseconds) {
  const minutes = Math.abs(milliseconds) / 60000;
  const rest = minutes % 60 ? `:${String(minutes % 60).padStart(2, "0")}` : "";
  return `UTC${milliseconds < 0 ? "-" : "+"}${Math.floor(minutes / 60)}${rest}`;
}

function ask(input) {
  const choice = input.parentElement.querySelector(".moment-fold");
  let both = null;
  try {
    both = bothOffsets(choice.dataset.zone, input.value);
  } catch (error) {
    // This browser does not know the newsroom's zone.
    if (!(error instanceof RangeError)) throw error;
  }
  choice.hidden = choice.disabled = !both;
  if (!both) {
    choice.value = "";
    return;
  }
  both.forEach((milliseconds, fold) => {
    const option = choice.options[fold + 1];
    option.textContent = `${option.dataset.name} (${nameOf(milliseconds)})`;
  });
}

// On the document: rows are added to a form while it is open.
for (const event of ["input", "change"]) {
  document.addEventListener(event, ({ target }) => {
    if (target.matches?.(".moment > input")) ask(target);
  });
}
