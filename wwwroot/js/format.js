// Times and numbers as the page shows them.

const pad = (number, width = 2) => String(number).padStart(width, "0");

const day = time => `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
const minutes = time => `${pad(time.getHours())}:${pad(time.getMinutes())}`;
const milliseconds = time => `${minutes(time)}:${pad(time.getSeconds())}.${pad(time.getMilliseconds(), 3)}`;
const isToday = time => time.toDateString() === new Date().toDateString();

/** Local date and time in full. */
export function fullTime(iso) {
  const time = new Date(iso);
  return `${day(time)} ${milliseconds(time)}`;
}

/** What of a time matters in a list: today the milliseconds, otherwise the day. */
export function shortTime(iso) {
  const time = new Date(iso);
  return isToday(time) ? milliseconds(time) : `${day(time)} ${minutes(time)}`;
}

const Steps = [[60, "s"], [60, "min"], [24, "h"], [Infinity, "d"]];

/** How long it has been since then, in the largest unit that fits: `12 min`. */
export function elapsed(iso, now = Date.now()) {
  let amount = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  if (Number.isNaN(amount))
    return "";
  for (const [size, unit] of Steps) {
    if (amount < size)
      return `${amount} ${unit}`;
    amount = Math.floor(amount / size);
  }
}

/** A whole number with thousands marked. */
export const count = number => (number ?? 0).toLocaleString("en");

/** A rate: one decimal where it matters. */
export const rate = number => (number ?? 0).toLocaleString("en", { maximumFractionDigits: number < 10 ? 1 : 0 });

/** `1 topic`, `2 topics`. */
export const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
