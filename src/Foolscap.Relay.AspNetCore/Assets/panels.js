// Everything that is neither table, chart nor event: figures, limits, refusals, facts, the client's relays.
import { ago, bytes, clock, make, moment, rate, setText, shortId, whole, words } from "./format.js";

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
    ? [make("li", { class: "muted" }, "None since the start. Connections and registrations that are turned away are counted here by reason.")]
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

let hasRun = false;

export function showHead(report) {
  const { relay, client } = report;
  const isRunning = Boolean(relay ?? client);
  hasRun ||= isRunning;
  const state = relay?.state ?? (client ? "running" : hasRun ? "stopped" : "waiting");
  const pill = byId("state");
  pill.dataset.state = state;
  setText(pill, isRunning || hasRun ? state : "not running yet");
  const name = relay ? `${shortId(relay.tubId)} at ${relay.hints.join(", ") || "no address that others know"}` : client ? `client of Tub ${shortId(client.tubId)}` : "";
  setText(byId("identity"), name);
  const title = relay || !client ? "Foolscap relay" : "Foolscap relay client";
  setText(document.querySelector("h1"), title);
  document.title = relay ? `${relay.state === "draining" ? "Draining · " : ""}${whole(relay.tubs.total)} Tubs · ${title}` : client ? `${registered(client)} · ${title}` : title;
  showBanner("draining", relay?.state === "draining"
    ? `This relay is stopping: it takes nothing new, and waits for ${relay.activeStreams === 1 ? "1 stream" : `${whole(relay.activeStreams)} streams`} to end.` : "");
  showBanner("warning", relay?.warning ?? "");
  for (const id of ["relay-figures", "relay-section"]) byId(id).hidden = !relay;
  for (const id of ["client-figures", "client-section"]) byId(id).hidden = !client;
  for (const id of ["chart-section", "events-section"]) byId(id).hidden = !isRunning;
  byId("events-choice").hidden = !relay;
  byId("nothing").hidden = isRunning;
  setText(byId("legend-to"), relay || !client ? "to Tubs" : "to the Tub");
  setText(byId("legend-from"), relay || !client ? "from Tubs" : "from the Tub");
}

function showBanner(id, text) {
  byId(id).hidden = text === "";
  setText(byId(id), text);
}

const registered = (client) => `${client.relays.filter((relay) => relay.state === "registered").length} of ${client.relays.length}`;

const sum = (relays, name) => relays.reduce((all, relay) => all + relay[name], 0);

export function showClientFigures(client) {
  setText(byId("client-rate-to"), rate(client.bytesPerSecondToTub));
  setText(byId("client-rate-from"), rate(client.bytesPerSecondFromTub));
  setText(byId("client-total-to"), `${bytes(client.bytesToTub)} in all`);
  setText(byId("client-total-from"), `${bytes(client.bytesFromTub)} in all`);
  setText(byId("client-registered"), registered(client));
  const reconnects = sum(client.relays, "reconnects");
  setText(byId("client-reconnects"), `relays, ${reconnects === 1 ? "1 reconnect" : `${whole(reconnects)} reconnects`}`);
  setText(byId("client-streams-now"), whole(client.activeStreams));
  const refused = client.refusedStreams > 0 ? `, ${whole(client.refusedStreams)} not taken` : "";
  setText(byId("client-streams-more"), `${whole(client.activeDirectStreams)} direct, ${whole(client.totalStreams)} in all${refused}`);
}

export function showClient(client, now) {
  setText(byId("client-of"), `Tub ${client.tubId}, ${client.target ? `which listens on ${client.target}` : "in the same process"}`);
  const rows = client.relays.map((relay) => [
    [make("code", { title: relay.relay }, shortId(relay.relay))],
    [
      make("span", { class: "pill", "data-state": relay.state }, relay.state),
      relay.reason ? make("span", { class: "reason" }, relay.reason) : null,
      relay.retrySeconds > 0 ? make("span", { class: "reason" }, `tried again after ${relay.retrySeconds.toFixed(0)} s`) : null,
    ],
    [relay.hints.join(", ") || "not yet"],
    [make("span", { title: moment(relay.since) }, `${ago(relay.since, now)} ago`)],
    [`${whole(relay.registrations)}${relay.failedRegistrations > 0 ? `, ${whole(relay.failedRegistrations)} failed` : ""}`],
    [whole(relay.reconnects)],
  ]);
  const table = byId("client-relays");
  const heads = [...table.tHead.rows[0].cells];
  const made = rows.map((cells, index) => make("tr", { "data-key": client.relays[index].relay }, ...cells.map((content, column) =>
    make("td", { "data-label": heads[column].textContent, class: heads[column].className || null }, ...content))));
  // Rows that say the same stay, so that a selection in them does.
  const body = table.tBodies[0];
  if (made.map((row) => row.outerHTML).join("") !== body.innerHTML) body.replaceChildren(...made);
}
