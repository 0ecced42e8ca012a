// Events as they happen, the newest first.
import { clock, make, shortId, words } from "./format.js";

const most = 200;

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
    const fresh = events.filter((event) => event.number > this.#newest);
    this.#newest = Math.max(this.#newest, ...fresh.map((event) => event.number));
    this.#events = [...fresh, ...this.#events].slice(0, most);
    const shown = fresh.filter((event) => this.#isShown(event));
    if (shown.length > 0) {
      this.#list.querySelector(".none")?.remove();
      this.#list.prepend(...shown.map(toItem));
      while (this.#list.children.length > most) this.#list.lastChild.remove();
    }
    this.#showNone();
  }

  #isShown(event) {
    return this.#withStreams.checked || !event.kind.startsWith("stream_");
  }

  #render() {
    this.#list.replaceChildren(...this.#events.filter((event) => this.#isShown(event)).map(toItem));
    this.#showNone();
  }

  #showNone() {
    if (this.#list.children.length === 0) this.#list.append(make("li", { class: "none" }, "Nothing has happened yet. Tubs that come and go, and whoever is turned away, appear here."));
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
