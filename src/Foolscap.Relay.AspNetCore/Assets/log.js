// Events as they happen, the newest first.
import { clock, make, shortId, words } from "./format.js";

// So many of each of these: thousands of streams, or of callers who are turned away, do not push out the rest.
const most = 200;
const isOfAStream = (event) => event.kind.startsWith("stream_");
const kindOf = (event) => (isOfAStream(event) ? "streams" : event.kind === "connection_refused" ? "refusals" : "rest");

export class EventLog {
  #list;
  #withStreams;
  #newest = 0;
  #process = "";
  #events = [];

  constructor(list, withStreams) {
    this.#list = list;
    this.#withStreams = withStreams;
    withStreams.addEventListener("change", () => this.#render());
  }

  /** Takes the newest events; those that were there before are known. */
  add(events, process) {
    if (process !== this.#process) {
      // Another process counts from one again.
      [this.#process, this.#newest, this.#events] = [process, 0, []];
      this.#list.replaceChildren();
    }
    // A relay and a client in one process count together.
    const fresh = events.filter((event) => event.number > this.#newest).sort((one, other) => other.number - one.number);
    this.#newest = Math.max(this.#newest, ...fresh.map((event) => event.number));
    const counts = { streams: 0, refusals: 0, rest: 0 };
    this.#events = [...fresh, ...this.#events].filter((event) => ++counts[kindOf(event)] <= most);
    const shown = fresh.filter((event) => this.#isShown(event));
    if (shown.length > 0) {
      this.#list.querySelector(".none")?.remove();
      this.#list.prepend(...shown.map(toItem));
      while (this.#list.children.length > 2 * most) this.#list.lastChild.remove();
    }
    this.#showNone();
  }

  #isShown(event) {
    return this.#withStreams.checked || !isOfAStream(event);
  }

  #render() {
    this.#list.replaceChildren(...this.#events.filter((event) => this.#isShown(event)).map(toItem));
    this.#showNone();
  }

  #showNone() {
    if (this.#list.children.length === 0) this.#list.append(make("li", { class: "none" }, "Nothing has happened yet. Who comes and goes, and whoever is turned away, appears here."));
  }
}

function toItem(event) {
  return make("li", { "data-severity": event.severity, "data-kind": event.kind },
    make("time", { datetime: event.time }, clock(event.time)),
    make("p", {},
      make("span", { class: "tag" }, words(event.kind)),
      event.tubId ? make("code", { title: event.tubId }, shortId(event.tubId)) : null,
      event.tubId ? " " : null,
      event.text));
}
