// The status page: hands what the relay sends to the parts of the page.
import { clock } from "./format.js";
import { Chart } from "./chart.js";
import { EventLog } from "./log.js";
import { Live } from "./live.js";
import { View, showStreams, showTubs } from "./tables.js";
import { showClient, showClientFigures, showFacts, showFigures, showHead, showLimits, showRefusals } from "./panels.js";

const byId = (id) => document.getElementById(id);
const chart = new Chart(byId("chart"), byId("readout"));
const log = new EventLog(byId("events"), byId("events-streams"));
let lastReport = null;
let hasChosenSpan = false;

const live = new Live({
  history: (history) => {
    chart.load(history);
    // An hour of which there is little yet shows less than what there is of five minutes.
    if (!hasChosenSpan) setSpan(history.tenSeconds.length > 30 ? "hour" : "minutes");
  },
  status: show,
  live: () => setConnection("live", "live"),
  lost: () => setConnection("lost", "connection lost, trying again"),
});
const view = new View(() => live.show(view.query));
live.show(view.query);

function show(report) {
  lastReport = report;
  showHead(report);
  const { relay, client } = report;
  if (client) {
    showClient(client, report.time);
    showClientFigures(client);
  }
  if (relay) {
    showFigures(relay);
    showTubs(relay.tubs, report.time);
    showStreams(relay.streams, report.time);
    showLimits(relay.limits);
    showRefusals(relay.refusals);
    showFacts(report);
    chart.add({ time: Date.parse(report.time), toTubs: relay.bytesPerSecondToTubs, fromTubs: relay.bytesPerSecondFromTubs });
  } else if (client) {
    chart.add({ time: Date.parse(report.time), toTubs: client.bytesPerSecondToTub, fromTubs: client.bytesPerSecondFromTub });
  }
  if (relay || client) log.add([...(relay?.events ?? []), ...(client?.events ?? [])], report.started);
}

function setConnection(state, text) {
  const pill = byId("connection");
  if (pill.dataset.state === state) return;
  pill.dataset.state = state;
  pill.textContent = text;
  const isLost = state === "lost";
  byId("lost").hidden = !isLost;
  byId("lost-since").textContent = lastReport ? clock(lastReport.time) : "before";
  document.body.classList.toggle("stale", isLost);
}

function setSpan(span) {
  chart.span = span;
  byId("span-minutes").setAttribute("aria-pressed", String(span === "minutes"));
  byId("span-hour").setAttribute("aria-pressed", String(span === "hour"));
}

for (const [id, span] of [["span-minutes", "minutes"], ["span-hour", "hour"]]) {
  byId(id).addEventListener("click", () => {
    hasChosenSpan = true;
    setSpan(span);
  });
}

// Only who has given a token can take it back; the cookie itself is not for scripts, so the server says so.
fetch("session", { cache: "no-store" }).then((answer) => (byId("logout").hidden = answer.status !== 200), () => {});
