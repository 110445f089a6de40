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

// A station is made again only if something in it has changed: in most frames nothing has.
const drawn = new WeakMap();

function drawQueues(target, model, time, chosen, choose) {
  const places = model.placesAt(time), [, acceptLength, synLength] = model.levelAt(time);
  const believing = places.outside.filter(({ row }) => row[2] !== null && row[2] <= time && row[3] === "OK").length;
  const first = clients => clients.slice(0, MOST_SLOTS + 1).map(client => client.id).join(" ") + "/" + clients.length;
  const keys = { outside: [first(places.outside), first(places.failed), believing], half: [first(places.half), synLength], queued: [first(places.queued), acceptLength], served: [first(places.served), first(places.done)], dropped: [[...model.dropsUntil(time)].join()] };
  const before = drawn.get(target), common = [chosen, language].join();
  const same = name => before && before.model === model && before.common === common && before.keys[name] === keys[name].join("|");
  const now = { model, common, keys: Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, key.join("|")])) };
  if (Object.keys(keys).every(same)) return;
  const fresh = paintQueues(model, time, chosen, choose, places, acceptLength, synLength);
  if (before && before.parts) for (const name of Object.keys(keys)) if (same(name)) fresh[name] = before.parts[name];
  for (const name of Object.keys(keys)) {
    if (typeof fresh[name] === "function") fresh[name] = fresh[name]();
    if (before && before.parts && before.parts[name] !== fresh[name] && before.parts[name].parentNode === target) before.parts[name].replaceWith(fresh[name]);
  }
  now.parts = fresh;
  if (!before || fresh.outside.parentNode !== target) {
    const flow = text => element("span", { class: "flow", text, "aria-hidden": "true" });
    target.replaceChildren(fresh.outside, flow("SYN"), fresh.half, flow("ACK"), fresh.queued, flow("accept()"), fresh.served, fresh.dropped);
  }
  drawn.set(target, now);
}

// How each station is made, if it has to be.
function paintQueues(model, time, chosen, choose, places, acceptLength, synLength) {
  const run = model.run, server = run.server, kernel = run.experiment.kernel;
  const flooded = Math.max(0, synLength - places.half.length);
  const cookies = kernel === "unp" ? [] : [t(server.syncookies === 0 ? "cookiesOff" : server.syncookies === 2 ? "cookiesAlways" : "cookiesOn")];
  const failed = places.failed.length;
  const gone = places.served.length + places.done.length;
  const outsideStation = () => {
    const outside = station("outside", { length: places.outside.length, slots: slots(places.outside, "outside", null, chosen, choose, places.outside.length), note: t("outsideNote") });
    const believe = places.outside.filter(({ row }) => row[2] !== null && row[2] <= time && row[3] === "OK").length;
    if (believe) outside.append(element("p", { text: t("believe", count(believe)) }));
    if (failed) outside.append(element("p", {}, element("b", { text: `${t("failed")}: ${count(failed)}` })), slots(places.failed, "failed", null, chosen, choose, failed));
    return outside;
  };
  const servedStation = () => {
    const served = station("served", { length: gone, slots: slots(places.served, "served", null, chosen, choose, places.served.length), note: t("servedNote") });
    if (places.done.length) served.append(element("p", { text: `${t("done")}: ${count(places.done.length)}` }), slots(places.done, "done", null, chosen, choose, places.done.length));
    return served;
  };
  const droppedLine = () => {
    const dropped = element("p", { class: "dropped" });
    const counts = [...model.dropsUntil(time)];
    dropped.append(element("span", { text: t(counts.length ? "droppedSoFar" : "nothingDropped") }));
    for (const [rule, times] of counts) dropped.append(element("span", {}, element("b", { text: `${count(times)} × ` }), element("span", { class: "rule DROP", text: rule }), " " + ruleSentence(run, rule)));
    return dropped;
  };
  return {
    outside: outsideStation,
    half: () => station("half", { queue: true, length: synLength, holds: server.synHolds, slots: slots(places.half, "half", server.synHolds, chosen, choose, synLength), note: t("halfNote") + (flooded ? ", " + t("flooded", count(flooded)) : ""), formula: [synFormula(server, kernel), ...cookies] }),
    queued: () => station("queued", { queue: true, length: acceptLength, holds: server.acceptHolds, slots: slots(places.queued, "queued", server.acceptHolds, chosen, choose, acceptLength), note: t("queuedNote"), formula: [acceptFormula(server, kernel)] }),
    served: servedStation,
    dropped: droppedLine,
  };
}
