// What servers on this stack do right now: their queues, what they dropped. Where the page is served by halfopen ui.

const LIVE_SPAN = 60;
const live = { servers: new Map(), lost: false };

function listenLive(url) {
  const events = new EventSource(url);
  events.onmessage = ({ data }) => { live.lost = false; takeLive(JSON.parse(data), performance.now() / 1000); drawLive($("live")); };
  events.onerror = () => { live.lost = true; drawLive($("live")); };
}

// A server that is not told of any longer has ended; what it was last is still to be seen.
function takeLive(reports, now) {
  for (const server of live.servers.values()) server.ended = true;
  for (const report of reports) {
    const server = live.servers.get(report.pid) || { history: [] };
    server.history = server.history.filter(([time]) => time > now - LIVE_SPAN);
    server.history.push([now, report.listeners.map(({ queues }) => [queues.acceptQueue, queues.synQueue])]);
    live.servers.set(report.pid, Object.assign(server, { report, ended: false }));
  }
}

function drawLive(target) {
  target.hidden = !live.servers.size;
  if (target.hidden) return;
  const note = live.lost ? [element("p", { class: "problem", text: t("liveLost") })] : [];
  target.replaceChildren(element("h2", { id: "live-title", text: t("liveTitle") }), ...note, ...[...live.servers.values()].map(liveServer));
}

function liveServer({ report, history, ended }) {
  const box = element("article", { class: "live-server" + (ended ? " ended" : ""), "data-pid": report.pid });
  const state = ended ? t("liveEnded", seconds(report.seconds * 1e9, 0)) : t("liveSince", seconds(report.seconds * 1e9, 0));
  box.append(element("p", { class: "where", text: `${report.title} · ${report.kernel} · ${t("liveAccepted", count(report.accepted))} · ${state}` }));
  report.listeners.forEach((listener, i) => box.append(liveQueues(listener, report), liveChart(history.map(([time, all]) => [time, ...all[i]]), listener)));
  box.append(liveDrops(report), liveCounters(report));
  return box;
}

function liveQueues({ bounds, queues }, report) {
  const kernel = report.kernel.startsWith("Linux") ? "linux" : "unp";
  const queue = (key, length, holds, peak, formula) => station(key, { queue: true, length, holds, slots: anonymousSlots(key, length, holds), note: `${t(key + "Note")}; ${t("livePeak", count(peak))}`, formula: [formula] });
  return element("div", { class: "queues" },
    queue("half", queues.synQueue, bounds.synHolds, queues.synQueuePeak, synFormula(bounds, kernel)), element("div", { class: "flow", text: "ACK" }),
    queue("queued", queues.acceptQueue, bounds.acceptHolds, queues.acceptQueuePeak, acceptFormula(bounds, kernel)));
}

// A place for each, without a name: who they are is not told.
function anonymousSlots(state, length, holds) {
  const list = element("ul", { class: "slots", "aria-hidden": "true" }), shown = Math.min(length, MOST_SLOTS);
  for (let i = 0; i < shown; i++) list.append(element("li", { class: "is-" + state }));
  if (length > shown) list.append(element("li", { class: "more", text: t("more", count(length - shown)) }));
  for (let i = length; i < Math.min(holds === null ? 0 : holds, holds > MOST_SLOTS ? length + 3 : MOST_SLOTS); i++) list.append(element("li", { class: "empty" }));
  return list;
}

// Both lengths over the last minute, as steps.
function liveChart(history, { bounds, queues }) {
  const width = 600, height = 60, last = history[history.length - 1][0];
  const most = Math.max(1, queues.acceptQueue, queues.synQueue, ...history.map(([, accept, syn]) => Math.max(accept, syn)));
  const x = time => (width * (1 - (last - time) / LIVE_SPAN)).toFixed(1), y = length => (height - 2 - (height - 6) * length / most).toFixed(1);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "live-chart");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", t("liveChart", count(most)));
  for (const [index, name] of [[2, "half"], [1, "queued"]]) {
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", history.map((point, i) => i ? `H${x(point[0])}V${y(point[index])}` : `M${x(point[0])} ${y(point[index])}`).join(""));
    line.setAttribute("class", "line-" + name);
    svg.append(line);
  }
  return element("figure", { class: "live-figure" }, svg, element("figcaption", { class: "hint" }, element("b", { class: "key-half", text: t("half") }), " ", element("b", { class: "key-queued", text: t("queued") }), " ", t("liveChart", count(most))));
}

function liveDrops(report) {
  const totals = Object.entries(report.drops), list = element("p", { class: "dropped" });
  list.append(element("span", { text: t(totals.length ? "droppedSoFar" : "nothingDropped") }));
  for (const [rule, times] of totals) list.append(element("span", {}, element("b", { text: `${count(times)} × ` }), element("span", { class: "rule DROP", text: rule }), " " + ruleSentence(report, rule)));
  const rows = report.latest.slice(0, 8).map(drop => element("tr", {}, element("td", { class: "mono", text: seconds(drop.at * 1e9) }), element("td", { class: "mono", text: drop.peer }), element("td", { text: drop.what }), element("td", {}, element("span", { class: "rule DROP", text: drop.rule }))));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...["liveAt", "colClient", "livePacket", "liveRule"].map(key => element("th", { scope: "col", text: t(key) })))), element("tbody", {}, ...rows));
  return element("div", {}, list, rows.length ? element("div", { class: "live-table" }, element("h3", { text: t("liveLast") }), table) : null);
}

function liveCounters(report) {
  return element("p", { class: "live-counters mono", text: Object.entries(report.counters).map(([name, value]) => name + " " + count(value)).join("  ") });
}
