// The two queues as queues: who is outside, half-open, waiting for accept(), accepted.

const MOST_SLOTS = 36;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

function acceptFormula(server, kernel) {
  return t(kernel === "unp" ? "bookAccept" : "linuxAccept", kernel === "unp" ? server.effectiveBacklog : server.backlog, server.somaxconn, server.acceptHolds);
}

function synFormula(server, kernel) {
  if (kernel === "unp") return acceptFormula(server, kernel);
  const same = server.synHolds === server.acceptHolds;
  return t(same ? "sameSyn" : "oldSyn", server.effectiveBacklog, server.synHolds, server.maxSynBacklog);
}

// The places of a station: a client each, then the empty ones; of many the first, and how many more.
function slots(clients, state, holds, chosen, choose, lengthShown) {
  const list = element("ul", { class: "slots" });
  const shown = clients.length > MOST_SLOTS ? MOST_SLOTS - 4 : clients.length;
  for (const client of clients.slice(0, shown)) {
    const button = element("button", { type: "button", text: client.id, "aria-label": t("someClients", client.id), onclick: () => choose(client.id) });
    list.append(element("li", { class: "is-" + state + (client.id === chosen ? " chosen" : "") }, button));
  }
  const more = lengthShown - shown;
  if (more > 0) list.append(element("li", { class: "more", text: t("more", count(more)) }));
  const empty = holds === null ? 0 : Math.min(holds - lengthShown, MOST_SLOTS - list.children.length, holds > MOST_SLOTS ? 3 : MOST_SLOTS);
  for (let i = 0; i < empty; i++) list.append(element("li", { class: "empty", "aria-hidden": "true" }));
  if (!list.children.length) list.append(element("li", { class: "more", text: t("nobody") }));
  return list;
}

function station(key, options) {
  const full = options.holds !== undefined && options.holds !== null && options.length >= options.holds;
  const number = options.holds === undefined || options.holds === null ? count(options.length) : `${count(options.length)} / ${count(options.holds)}`;
  const box = element("section", { class: "station" + (options.queue ? " queue" : "") + (full ? " full" : ""), "data-station": key, "aria-label": `${t(key)}: ${number}${full ? ", " + t("full") : ""}` });
  box.append(element("h3", {}, element("span", { text: t(key) }), element("span", {}, full ? element("span", { class: "full-word", text: t("full") + " " }) : null, element("span", { class: "count", text: number }))));
  box.append(options.slots);
  if (options.holds > MOST_SLOTS) {
    const bar = element("i", { class: "is-" + key });
    bar.style.width = Math.min(100, 100 * options.length / options.holds) + "%";
    box.append(element("div", { class: "fill", "aria-hidden": "true" }, bar));
  }
  box.append(element("p", { text: options.note }));
  for (const line of options.formula || []) box.append(element("p", { class: "formula", text: line }));
  return box;
}

function drawQueues(target, model, time, chosen, choose) {
  const run = model.run, server = run.server, kernel = run.experiment.kernel;
  const places = model.placesAt(time);
  const [, acceptLength, synLength] = model.levelAt(time);
  const flooded = Math.max(0, synLength - places.half.length);
  const cookies = kernel === "unp" ? [] : [t(server.syncookies === 0 ? "cookiesOff" : server.syncookies === 2 ? "cookiesAlways" : "cookiesOn")];
  const failed = places.failed.length;
  const gone = places.served.length + places.done.length;
  const outside = station("outside", { length: places.outside.length, slots: slots(places.outside, "outside", null, chosen, choose, places.outside.length), note: t("outsideNote") });
  const believe = places.outside.filter(({ row }) => row[2] !== null && row[2] <= time && row[3] === "OK").length;
  if (believe) outside.append(element("p", { text: t("believe", count(believe)) }));
  if (failed) outside.append(element("p", {}, element("b", { text: `${t("failed")}: ${count(failed)}` })), slots(places.failed, "failed", null, chosen, choose, failed));
  const servedSlots = slots(places.served, "served", null, chosen, choose, places.served.length);
  const served = station("served", { length: gone, slots: servedSlots, note: t("servedNote") });
  if (places.done.length) served.append(element("p", { text: `${t("done")}: ${count(places.done.length)}` }), slots(places.done, "done", null, chosen, choose, places.done.length));
  const dropped = element("p", { class: "dropped" });
  const counts = [...model.dropsUntil(time)];
  dropped.append(element("span", { text: t(counts.length ? "droppedSoFar" : "nothingDropped") }));
  for (const [rule, times] of counts) dropped.append(element("span", {}, element("b", { text: `${count(times)} × ` }), element("span", { class: "rule DROP", text: rule }), " " + ruleSentence(run, rule)));
  target.replaceChildren(
    outside,
    element("span", { class: "flow", text: "SYN", "aria-hidden": "true" }),
    station("half", { queue: true, length: synLength, holds: server.synHolds, slots: slots(places.half, "half", server.synHolds, chosen, choose, synLength), note: t("halfNote") + (flooded ? ", " + t("flooded", count(flooded)) : ""), formula: [synFormula(server, kernel), ...cookies] }),
    element("span", { class: "flow", text: "ACK", "aria-hidden": "true" }),
    station("queued", { queue: true, length: acceptLength, holds: server.acceptHolds, slots: slots(places.queued, "queued", server.acceptHolds, chosen, choose, acceptLength), note: t("queuedNote"), formula: [acceptFormula(server, kernel)] }),
    element("span", { class: "flow", text: "accept()", "aria-hidden": "true" }),
    served,
    dropped);
}
