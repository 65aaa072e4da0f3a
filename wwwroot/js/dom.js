// Small helpers for building the page. Nothing here takes markup: topics and payloads come from strangers.

/** Finds an element of the page by its id. */
export const byId = id => document.getElementById(id);

/** Builds an element with properties (`className`, `hidden`, …) and children; strings become text. */
export function element(name, properties = {}, ...children) {
  const { data, ...rest } = properties;
  const result = Object.assign(document.createElement(name), rest);
  Object.assign(result.dataset, data);
  result.append(...children);
  return result;
}

/** Writes only what differs: the same text again would still cost a layout. */
export function setText(target, text) {
  if (target.textContent !== text)
    target.textContent = text;
}

/** Fills a select with names, keeping what the user chose when it is still there. */
export function setOptions(select, names) {
  if (names.length === select.options.length && names.every((name, i) => select.options[i].value === name))
    return;
  const chosen = select.value;
  select.replaceChildren(...names.map(name => new Option(name, name)));
  if (names.includes(chosen))
    select.value = chosen;
}

/**
 * Wraps a function that draws: however often the result is called, it draws at most once in `interval` milliseconds, in an
 * animation frame. Values that change faster than that cannot be read, and a hidden tab draws nothing.
 */
export function drawAtMostEvery(interval, draw) {
  let asked = false;
  let last = -Infinity;
  const frame = now => {
    asked = false;
    last = now;
    draw();
  };
  return () => {
    if (asked)
      return;
    asked = true;
    setTimeout(() => requestAnimationFrame(frame), Math.max(0, last + interval - performance.now()));
  };
}
