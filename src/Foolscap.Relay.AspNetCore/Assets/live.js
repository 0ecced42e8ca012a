// The connection to the relay: server-sent events, tried again when it is lost.

const retryAfter = 2000;
// The server sends something every second. A connection that is silent for so long is dead, even if nobody has said so.
const silenceLimit = 10000;

export class Live {
  #source = null;
  #query = "";
  #timer = 0;
  #watch = 0;
  #handlers;

  /** @param handlers {{history: Function, status: Function, live: Function, lost: Function}} */
  constructor(handlers) {
    this.#handlers = handlers;
    // A page that is left must not keep one of the few connections that a browser has.
    addEventListener("pagehide", () => this.#close());
    addEventListener("pageshow", (event) => event.persisted && this.#open());
    addEventListener("online", () => this.#open());
  }

  /** Begins, or begins anew with another view. */
  show(query) {
    this.#query = query;
    this.#open();
  }

  #open() {
    this.#close();
    const source = new EventSource(`events?${this.#query}`);
    this.#source = source;
    this.#expect();
    source.addEventListener("history", (event) => this.#handlers.history(JSON.parse(event.data)));
    source.addEventListener("status", (event) => {
      this.#expect();
      this.#handlers.live();
      this.#handlers.status(JSON.parse(event.data));
    });
    source.addEventListener("error", () => this.#lose());
  }

  #expect() {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#lose(), silenceLimit);
  }

  #lose() {
    this.#close();
    this.#handlers.lost();
    this.#timer = setTimeout(() => this.#retry(), retryAfter);
  }

  /** Asks before it opens: an EventSource cannot tell that a log-in is needed. */
  async #retry() {
    try {
      const answer = await fetch("status.json?limit=0&streamLimit=0&eventLimit=0", { cache: "no-store", signal: AbortSignal.timeout(silenceLimit) });
      if (answer.status === 401) {
        location.assign("login");
        return;
      }
      if (answer.ok) {
        this.#open();
        return;
      }
    } catch {
      // It is still away.
    }
    this.#timer = setTimeout(() => this.#retry(), retryAfter);
  }

  #close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#watch);
    this.#source?.close();
    this.#source = null;
  }
}
