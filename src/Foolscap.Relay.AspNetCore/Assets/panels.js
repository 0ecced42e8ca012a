// Everything that is neither table, chart nor event: figures, limits, refusals, facts, the client's relays.
import { ago, bytes, clock, make, rate, setText, shortId, whole, words } from "./format.js";

const limitNames = {
  MaxRegisteredTubs: "Registered Tubs",
  MaxRegisteredTubsPerAddress: "Tubs of one address",
  MaxStreams: "Streams",
  MaxStreamsPerTub: "Streams of one Tub",
  MaxStreamsPerAddress: "Streams of one address",
  MaxBufferedBytes: "Reserved buffers",
  BytesPerSecond: "Rate of all",
  BytesPerSecondPerTub: "Rate of one Tub",
  MaxHalfOpenConnections: "Half-open connections",
  MaxConnections: "Connections of the relay's Tub",
};

const byId = (id) => document.getElementById(id);

export function showFigures(relay) {
  setText(byId("rate-to"), rate(relay.bytesPerSecondToTubs));
  setText(byId("rate-from"), rate(relay.bytesPerSecondFromTubs));
  setText(byId("total-to"), `${bytes(relay.bytesToTubs)} in all`);
  setText(byId("total-from"), `${bytes(relay.bytesFromTubs)} in all`);
  setText(byId("tubs-now"), whole(relay.tubs.total));
  setText(byId("tubs-more"), relay.registrationConflicts > 0 ? `${whole(relay.registrationConflicts)} conflicts` : "no conflicts");
  setText(byId("streams-now"), whole(relay.activeStreams));
  const held = relay.heldConnections > 0 ? `, ${whole(relay.heldConnections)} held` : "";
  setText(byId("streams-more"), `${whole(relay.activeDirectStreams)} direct${held}, ${whole(relay.totalStreams)} in all`);
}

export function showLimits(limits) {
  const list = byId("limits");
  if (list.children.length !== limits.length) {
    list.replaceChildren(...limits.map((limit) => make("li", { "data-name": limit.name },
      make("div", { class: "row" }, make("span", { title: limit.name }, limitNames[limit.name] ?? limit.name), make("span", { class: "value" })),
      make("div", { class: "bar", "aria-hidden": "true" }, make("i")))));
  }
  limits.forEach((limit, index) => {
    const item = list.children[index];
    const write = limit.unit === "bytes" ? bytes : limit.unit === "bytes/s" ? rate : whole;
    const share = limit.limit === null ? 0 : limit.used / limit.limit;
    const most = limit.isForEach ? "at most " : "";
    setText(item.querySelector(".value"), limit.limit === null
      ? `${most}${write(limit.used)}, not limited`
      : `${most}${write(limit.used)} of ${write(limit.limit)} (${percent(share)})`);
    const bar = item.querySelector(".bar");
    bar.dataset.level = share >= 1 ? "full" : share >= 0.8 ? "high" : "low";
    bar.hidden = limit.limit === null;
    bar.firstChild.style.width = `${Math.min(100, share * 100).toFixed(1)}%`;
  });
}

const percent = (share) => (share > 0 && share < 0.01 ? "<1 %" : `${Math.floor(share * 100)} %`);

export function showRefusals(refusals) {
  const list = byId("refusals");
  const items = refusals.map((refusal) => [words(refusal.reason), whole(refusal.count)]);
  if (list.dataset.shown === JSON.stringify(items)) return;
  list.dataset.shown = JSON.stringify(items);
  list.replaceChildren(...(items.length === 0
    ? [make("li", { class: "muted" }, "Nobody was refused.")]
    : items.map(([name, count]) => make("li", {}, make("span", {}, name), make("span", { class: "value" }, count)))));
}

export function showFacts(report) {
  const { relay } = report;
  const probe = relay.selfProbe;
  const facts = [
    ["TubID", make("code", {}, relay.tubId)],
    ["Hints", relay.hints.length > 0 ? relay.hints.join(", ") : "none"],
    ["Running", ago(report.started, report.time)],
    ["Version", report.version],
    ["Self-probe", !probe ? "not yet" : probe.failure ?? `passed at ${clock(probe.time)}, ${Math.round(probe.seconds * 1000)} ms`],
  ];
  const list = byId("facts");
  if (list.children.length === 0) {
    list.append(...facts.flatMap(([name]) => [make("dt", {}, name), make("dd")]));
  }
  facts.forEach(([, value], index) => {
    const cell = list.children[index * 2 + 1];
    if (!(value instanceof Node)) setText(cell, value);
    else if (cell.textContent !== value.textContent) cell.replaceChildren(value);
  });
}

export function showHead(report) {
  const { relay, client } = report;
  const state = relay?.state ?? (client ? "running" : "waiting");
  const pill = byId("state");
  pill.dataset.state = state;
  setText(pill, relay || client ? state : "not running yet");
  const name = relay ? `${shortId(relay.tubId)} at ${relay.hints.join(", ")}` : client ? `client of Tub ${shortId(client.tubId)}` : "";
  setText(byId("identity"), name);
  document.title = relay ? `${whole(relay.tubs.total)} Tubs · Foolscap relay` : "Foolscap relay";
  byId("warning").hidden = !relay?.warning;
  setText(byId("warning"), relay?.warning ?? "");
  byId("relay-section").hidden = !relay;
  byId("client-section").hidden = !client;
}

export function showClient(client) {
  setText(byId("client-of"), `Tub ${client.tubId}, which listens on ${client.target}`);
  const shown = JSON.stringify(client.relays);
  const body = byId("client-relays");
  if (body.dataset.shown === shown) return;
  body.dataset.shown = shown;
  body.replaceChildren(...client.relays.map((relay) => make("tr", {},
    make("td", {}, make("code", { title: relay.relay }, shortId(relay.relay))),
    make("td", {},
      make("span", { class: "pill", "data-state": relay.state }, relay.state),
      relay.reason ? make("span", { class: "reason" }, relay.reason) : null,
      relay.retrySeconds > 0 ? make("span", { class: "reason" }, `again in ${relay.retrySeconds.toFixed(0)} s`) : null),
    make("td", {}, relay.hints.join(", ")))));
}
