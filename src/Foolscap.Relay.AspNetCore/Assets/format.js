// Numbers and times as people read them, and elements made without HTML: what comes from peers is only ever text.

const units = ["B", "kB", "MB", "GB", "TB", "PB"];

export function bytes(count) {
  let unit = 0;
  let value = count;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

export const rate = (count) => `${bytes(count)}/s`;

export const whole = (count) => count.toLocaleString("en");

/** How long something took or takes, in its two largest units. */
export function duration(seconds) {
  const all = Math.max(0, Math.floor(seconds));
  if (all < 60) return `${all} s`;
  const minutes = Math.floor(all / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** How long before the report's own time something was: the browser's clock may be wrong. */
export const ago = (time, now) => duration((Date.parse(now) - Date.parse(time)) / 1000);

export const clock = (time) => new Date(time).toLocaleTimeString("en-GB");

export const moment = (time) => new Date(time).toLocaleString("en-GB");

/** A TubID as the logs write it. */
export const shortId = (tubId) => tubId.slice(0, 8);

export const words = (name) => name.replaceAll("_", " ");

/** Makes an element. Children that are no elements become text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null).map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/** Sets a text, only if it is another one: an element that is not touched keeps its selection. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
