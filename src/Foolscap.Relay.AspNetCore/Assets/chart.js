// The rate over time, as SVG: axes, two lines, and a readout for pointer and arrow keys.
import { bytes, clock, rate } from "./format.js";

const space = "http://www.w3.org/2000/svg";
const margin = { left: 62, right: 10, top: 10, bottom: 26 };
// How much time the width shows, and the distance of its marks: as little as holds all that there is.
const spans = {
  minutes: { points: 300, key: "seconds", scales: [[60, 15], [120, 30], [300, 60]] },
  hour: { points: 360, key: "tenSeconds", scales: [[300, 60], [600, 120], [1800, 300], [3600, 600]] },
};

export class Chart {
  #box;
  #readout;
  #points = { seconds: [], tenSeconds: [] };
  #span = "hour";
  #picked = null;
  #frame = 0;

  constructor(box, readout) {
    this.#box = box;
    this.#readout = readout;
    new ResizeObserver(() => this.#draw()).observe(box);
    box.addEventListener("pointermove", (event) => this.#pick(event.clientX - box.getBoundingClientRect().left));
    box.addEventListener("pointerleave", () => this.#drop());
    box.addEventListener("blur", () => this.#drop());
    box.addEventListener("keydown", (event) => this.#onKey(event));
  }

  set span(name) {
    this.#span = name;
    this.#drop();
  }

  /** Takes all points of the past. */
  load(history) {
    this.#points = { seconds: history.seconds, tenSeconds: history.tenSeconds };
    this.#draw();
  }

  /** Takes the point of the last second. */
  add(point) {
    const seconds = this.#points.seconds;
    if (seconds.length > 0 && seconds.at(-1).time >= point.time) return;
    seconds.push(point);
    seconds.splice(0, seconds.length - spans.minutes.points);
    const longer = this.#points.tenSeconds;
    const since = longer.at(-1)?.time ?? seconds[0].time - 1000;
    if (point.time - since >= 9500) {
      const recent = seconds.filter((each) => each.time > since);
      const mean = (name) => recent.reduce((sum, each) => sum + each[name], 0) / recent.length;
      longer.push({ time: point.time, toTubs: mean("toTubs"), fromTubs: mean("fromTubs") });
      longer.splice(0, longer.length - spans.hour.points);
    }
    this.#draw();
  }

  get #shown() {
    const span = spans[this.#span];
    const shown = this.#points[span.key];
    const last = this.#points.seconds.at(-1);
    // The present is there at once, also before ten seconds are over.
    const all = span.key === "tenSeconds" && last && (shown.at(-1)?.time ?? 0) < last.time ? [...shown, last] : shown;
    const end = last?.time ?? Date.now();
    const age = (end - (all[0]?.time ?? end)) / 1000;
    const [seconds, step] = span.scales.find(([most]) => age <= most) ?? span.scales.at(-1);
    return { points: all.filter((point) => point.time >= end - seconds * 1000), end, seconds, step };
  }

  #onKey(event) {
    const { points } = this.#shown;
    const moves = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -points.length, End: points.length };
    if (event.key === "Escape") this.#drop();
    if (!(event.key in moves) || points.length === 0) return;
    event.preventDefault();
    const at = points.findIndex((point) => point.time === this.#picked);
    const from = at < 0 ? (moves[event.key] < 0 ? points.length : -1) : at;
    this.#picked = points[Math.min(points.length - 1, Math.max(0, from + moves[event.key]))].time;
    this.#draw();
  }

  #pick(x) {
    const { points, end, seconds } = this.#shown;
    const width = this.#box.clientWidth - margin.left - margin.right;
    const time = end - seconds * 1000 * (1 - (x - margin.left) / width);
    const nearest = points.reduce((best, point) => (best && Math.abs(best.time - time) <= Math.abs(point.time - time) ? best : point), null);
    this.#picked = nearest?.time ?? null;
    this.#draw();
  }

  #drop() {
    this.#picked = null;
    this.#draw();
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#render());
  }

  #render() {
    const [width, height] = [this.#box.clientWidth, this.#box.clientHeight];
    if (width === 0) return;
    const { points, end, seconds, step } = this.#shown;
    const top = roundUp(points.reduce((most, point) => Math.max(most, point.toTubs, point.fromTubs), 0));
    const x = (time) => width - margin.right - ((end - time) / (seconds * 1000)) * (width - margin.left - margin.right);
    const y = (value) => height - margin.bottom - (value / top) * (height - margin.top - margin.bottom);
    const picture = draw("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    this.#drawAxes(picture, { width, height, top, x, y, end, seconds, step });
    for (const [name, kind] of [["fromTubs", "from"], ["toTubs", "to"]]) {
      if (points.length === 0) continue;
      const line = points.map((point) => `${x(point.time).toFixed(1)},${y(point[name]).toFixed(1)}`).join(" L");
      const ground = y(0).toFixed(1);
      picture.append(
        draw("path", { class: `area ${kind}`, d: `M${x(points[0].time).toFixed(1)},${ground} L${line} L${x(points.at(-1).time).toFixed(1)},${ground} Z` }),
        draw("path", { class: `line ${kind}`, d: `M${line}` }),
      );
    }
    const picked = points.find((point) => point.time === this.#picked);
    if (picked) {
      picture.append(
        draw("line", { class: "cursor", x1: x(picked.time), x2: x(picked.time), y1: margin.top, y2: height - margin.bottom }),
        draw("circle", { class: "dot from", cx: x(picked.time), cy: y(picked.fromTubs), r: 4 }),
        draw("circle", { class: "dot to", cx: x(picked.time), cy: y(picked.toTubs), r: 4 }),
      );
    }
    if (points.length < 2) {
      picture.append(draw("text", { x: (margin.left + width) / 2, y: height / 2, "text-anchor": "middle" }, "The rate of each second appears here."));
    }
    this.#readout.textContent = picked
      ? `${clock(picked.time)}: ${rate(picked.toTubs)} to, ${rate(picked.fromTubs)} from Tubs`
      : "";
    this.#box.replaceChildren(picture);
  }

  #drawAxes(picture, { width, height, top, x, y, end, seconds, step }) {
    for (let part = 0; part <= 4; part++) {
      const value = (top * part) / 4;
      picture.append(
        draw("line", { class: part === 0 ? "axis" : "grid", x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }),
        draw("text", { x: margin.left - 8, y: y(value) + 4, "text-anchor": "end" }, part === 0 ? "0" : `${short(value)}/s`),
      );
    }
    // Fewer times where they would touch.
    const distance = step * (width < 520 ? 2 : 1) * 1000;
    for (let time = Math.ceil((end - seconds * 1000) / distance) * distance; time <= end; time += distance) {
      const at = x(time);
      const text = step < 60 ? clock(time) : clock(time).slice(0, 5);
      const half = text.length * 3.5;
      if (at < margin.left + half || at > width - half) continue;
      picture.append(
        draw("line", { class: "axis", x1: at, x2: at, y1: height - margin.bottom, y2: height - margin.bottom + 4 }),
        draw("text", { x: at, y: height - 7, "text-anchor": "middle" }, text),
      );
    }
  }
}

function draw(tag, attributes, text) {
  const element = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A round number, of which a quarter is round, too; 1 kB at least, so that silence is a flat line. */
function roundUp(value) {
  let power = 1000;
  while (power * 10 <= value) power *= 10;
  return [1, 2, 4, 8, 10].map((factor) => factor * power).find((limit) => limit >= value) ?? 10 * power;
}

const short = (value) => bytes(value).replace(/(\.[0-9]*?)0+ /, "$1 ").replace(". ", " ");
