// The tables of Tubs and streams: which part the server shall send, and its rows.
import { ago, bytes, make, moment, rate, setText, shortId, whole } from "./format.js";

const pageSize = 50;

/** Which part of the Tubs and streams is shown; every change asks for another part. */
export class View {
  #change;
  #sort = "rate";
  #order = "desc";
  #filter = "";
  #offset = 0;
  #streamOffset = 0;

  constructor(change) {
    this.#change = change;
    for (const head of document.querySelectorAll("#tubs th")) {
      head.querySelector("button").addEventListener("click", () => this.#sortBy(head));
    }
    let typed = 0;
    document.getElementById("filter").addEventListener("input", (event) => {
      clearTimeout(typed);
      typed = setTimeout(() => this.#set(() => ([this.#filter, this.#offset, this.#streamOffset] = [event.target.value.trim(), 0, 0])), 250);
    });
    this.#step("tubs-back", () => (this.#offset = Math.max(0, this.#offset - pageSize)));
    this.#step("tubs-on", () => (this.#offset += pageSize));
    this.#step("streams-back", () => (this.#streamOffset = Math.max(0, this.#streamOffset - pageSize)));
    this.#step("streams-on", () => (this.#streamOffset += pageSize));
  }

  get query() {
    return new URLSearchParams({
      sort: this.#sort, order: this.#order, filter: this.#filter,
      offset: this.#offset, limit: pageSize, streamOffset: this.#streamOffset, streamLimit: pageSize,
    }).toString();
  }

  #sortBy(head) {
    const isAgain = this.#sort === head.dataset.sort;
    // Names from A on, numbers and times from the largest on, at first.
    const first = head.classList.contains("number") ? "desc" : "asc";
    const order = isAgain ? (this.#order === "desc" ? "asc" : "desc") : first;
    document.querySelectorAll("#tubs th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", order === "desc" ? "descending" : "ascending");
    this.#set(() => ([this.#sort, this.#order, this.#offset] = [head.dataset.sort, order, 0]));
  }

  #step(id, move) {
    document.getElementById(id).addEventListener("click", () => this.#set(move));
  }

  #set(change) {
    change();
    this.#change();
  }
}

// A Tub that was registered so lately is shown as new; one that only comes into view is not.
const newFor = 3000;

export function showTubs(page, now) {
  update(document.querySelector("#tubs tbody"), page.items, (tub) => tub.tubId, 8, page, "No Tub is registered. Each appears here as soon as its client registers with the relay's registrar FURL.", (tub) => [
    ["", make("code", { title: tub.tubId }, shortId(tub.tubId))],
    ["", tub.address],
    ["number", `${ago(tub.since, now)} ago`, moment(tub.since)],
    ["number", `${ago(tub.lastSeen, now)} ago`, moment(tub.lastSeen)],
    ["number", `${whole(tub.activeStreams)} of ${whole(tub.totalStreams)}`, "now, of all since it is known"],
    ["number", bytes(tub.bytesToTub)],
    ["number", bytes(tub.bytesFromTub)],
    ["number", rate(tub.bytesPerSecond)],
  ]);
  page.items.forEach((tub, index) => {
    document.querySelector("#tubs tbody").rows[index].classList.toggle("new", Date.parse(now) - Date.parse(tub.since) < newFor);
  });
  showPages("tubs", page);
}

export function showStreams(page, now) {
  const key = (stream) => `${stream.tubId} ${stream.peer} ${stream.since}`;
  update(document.querySelector("#streams tbody"), page.items, key, 6, page, "No connection is relayed now. Each caller of a Tub appears here while its connection lasts.", (stream) => [
    ["", stream.peer],
    ["", make("code", { title: stream.tubId }, shortId(stream.tubId))],
    ["", stream.isDirect ? "direct" : "messages"],
    ["number", `${ago(stream.since, now)} ago`, moment(stream.since)],
    ["number", bytes(stream.bytesToTub)],
    ["number", bytes(stream.bytesFromTub)],
  ]);
  showPages("streams", page);
}

/** Keeps the rows that stay, so that a selection or a pointer on them is not lost. */
function update(body, items, keyOf, width, page, nothing, cellsOf) {
  if (items.length === 0) {
    const text = page.total > 0 && page.matching === 0 ? "Nothing matches the filter." : page.matching > 0 ? "There are no more on this page." : nothing;
    if (body.textContent !== text) body.replaceChildren(make("tr", {}, make("td", { class: "empty", colspan: width }, text)));
    return;
  }
  body.querySelector("td.empty")?.parentElement.remove();
  const rows = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  items.forEach((item, index) => {
    const key = keyOf(item);
    const cells = cellsOf(item);
    let row = rows.get(key);
    rows.delete(key);
    if (!row) {
      // Where there is no room for columns, each cell shows its label.
      const heads = body.parentElement.tHead.rows[0].cells;
      row = make("tr", { "data-key": key }, ...cells.map(([kind], column) => make("td", { class: kind || null, "data-label": heads[column].textContent })));
    }
    cells.forEach(([, content, title], column) => {
      const cell = row.cells[column];
      if (content instanceof Node) {
        if (!cell.firstChild) cell.append(content);
      } else {
        setText(cell, content);
      }
      if (title && cell.title !== title) cell.title = title;
    });
    if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
  });
  rows.forEach((row) => row.remove());
}

function showPages(name, page) {
  const last = page.offset + page.items.length;
  const all = page.matching === page.total ? whole(page.total) : `${whole(page.matching)} that match, of ${whole(page.total)}`;
  setText(document.getElementById(`${name}-shown`), page.items.length === 0 ? `0 of ${all}` : `${whole(page.offset + 1)}–${whole(last)} of ${all}`);
  document.getElementById(`${name}-foot`).hidden = page.total === 0;
  document.getElementById(`${name}-pages`).hidden = page.offset === 0 && last >= page.matching;
  document.getElementById(`${name}-back`).disabled = page.offset === 0;
  document.getElementById(`${name}-on`).disabled = last >= page.matching;
}
