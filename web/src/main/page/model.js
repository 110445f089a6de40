// What a run was like at any time, made of its packets and moments.

const STATES = ["outside", "half", "queued", "served", "done", "failed"];
const INTO_SYN_QUEUE = new Set(["SYN_ANSWERED", "FAST_OPEN_COOKIE_SENT", "FAST_OPEN_BAD_COOKIE", "FAST_OPEN_QUEUE_FULL"]);
const INTO_ACCEPT_QUEUE = new Set(["FINAL_ACK_ACCEPTED", "COOKIE_ACCEPTED", "SYN_FAST_OPENED", "SYN_FAST_OPENED_BY_OLD_KEY"]);
const OUT_OF_SYN_QUEUE = new Set(["FINAL_ACK_RESET", "HALF_OPEN_RESET", "HALF_OPEN_SYN_RESET", "ICMP_HALF_OPEN_ENDED"]);

// What a packet from a client did to its place at the server; rules that nobody knows, of a live kernel, are guessed.
function placeAfter(packet, place, run) {
  const [, fromClient, flags, , , , rule] = packet;
  if (fromClient) {
    if (INTO_SYN_QUEUE.has(rule)) return "half";
    if (INTO_ACCEPT_QUEUE.has(rule)) return "queued";
    if (OUT_OF_SYN_QUEUE.has(rule)) return "outside";
    const known = rule !== null && rule !== undefined;
    if (place === "half" && flags.includes(".") && !flags.includes("R") && (!known || run.rules[rule][0] === "ACCEPT")) return "queued";
  } else if (flags.startsWith("S") && place === "outside" && rule !== "SYN_COOKIE_SENT") {
    return run.experiment.on === "kernel" ? "half" : place;
  } else if (flags.includes("R") && place === "half") {
    return "outside";
  }
  return place;
}

// The changes of one client's state, [[time, state], ...], and the signs on its lane, [[time, sign, rule], ...].
function historyOf(run, row) {
  const [id, called, connected, how, accepted, outcome, ended] = row;
  const changes = [], signs = [];
  const change = (time, state) => { if (!changes.length || changes[changes.length - 1][1] !== state) changes.push([time, state]); };
  if (called === null) return { id, row, changes, signs };
  let place = "outside";
  const events = (run.packets[id] || []).map((packet, index) => [packet[0], 1, packet, index]);
  if (accepted !== null) events.push([accepted, 2]);
  if (ended !== null) events.push([ended, 3]);
  events.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  change(Math.min(called, events.length ? events[0][0] : called), place);
  for (const [time, kind, packet] of events) {
    if (kind === 1) {
      const [, fromClient, flags, , , , rule] = packet;
      const dropped = rule && run.rules[rule] && run.rules[rule][0] === "DROP";
      if (fromClient && dropped && (flags.includes("S") || place === "half")) signs.push([time, "drop", rule]);
      else if (fromClient && flags.startsWith("S")) signs.push([time, "syn", rule]);
      else if (flags.includes("R") && (!fromClient || place !== "served")) signs.push([time, "reset", rule]);
      if (place === "outside" || place === "half") place = placeAfter(packet, place, run);
      if (STATES.indexOf(place) < 3 && !["done", "failed", "served"].includes(changes[changes.length - 1][1])) change(time, place);
    } else if (kind === 2) {
      place = "served";
      change(time, "served");
    } else {
      change(time, outcome === "OK" || outcome === "CLOSED" ? (accepted === null || accepted > time ? (place === "queued" ? "queued" : "done") : "done") : "failed");
    }
  }
  if (connected !== null) signs.push([connected, how === "OK" ? "connect" : "reset", how]);
  if (accepted !== null) signs.push([accepted, "accept", null]);
  signs.sort((a, b) => a[0] - b[0]);
  return { id, row, changes, signs };
}

class Model {
  constructor(run) {
    this.run = run;
    this.clients = run.clients.map(row => historyOf(run, row));
    this.forget();
    this.byId = new Map(this.clients.map(client => [client.id, client]));
    const times = new Set([0, run.endedAt]);
    for (const moment of run.moments) times.add(moment[0]);
    for (const client of this.clients) for (const [time] of client.changes) times.add(time);
    for (const level of run.levels.length < 4000 ? run.levels : []) times.add(level[0]);
    this.times = [...times].sort((a, b) => a - b);
    this.drops = [];
    for (const [id, packets] of Object.entries(run.packets)) {
      for (const packet of packets) if (packet[1] && packet[6] && run.rules[packet[6]][0] === "DROP") this.drops.push([packet[0], packet[6], Number(id)]);
    }
    this.drops.sort((a, b) => a[0] - b[0]);
  }

  // Half-opens that time out: the oldest go first, of those that never come further. Only the rule's count tells of them.
  forget() {
    for (const [time, , what] of this.run.moments.filter(moment => moment[3] === "HALF_OPEN_EXPIRED")) {
      const many = Number((/\d+/.exec(what) || [1])[0]);
      const since = client => client.changes.findLast(([at]) => at < time)[0];
      const half = this.clients.filter(client => this.stateAt(client, time - 1) === "half" && !client.changes.some(([at, state]) => at >= time && state === "queued"));
      half.sort((a, b) => since(a) - since(b));
      for (const client of half.slice(0, many)) {
        client.changes.push([time, "outside"]);
        client.changes.sort((a, b) => a[0] - b[0]);
      }
    }
  }

  // The state of a client at a time, or null before it begins.
  stateAt(client, time) {
    const changes = client.changes;
    let low = 0, high = changes.length;
    while (low < high) { const middle = (low + high) >> 1; if (changes[middle][0] <= time) low = middle + 1; else high = middle; }
    return low ? changes[low - 1][1] : null;
  }

  levelAt(time) {
    const levels = this.run.levels;
    let low = 0, high = levels.length;
    while (low < high) { const middle = (low + high) >> 1; if (levels[middle][0] <= time) low = middle + 1; else high = middle; }
    return low ? levels[low - 1] : [0, 0, 0];
  }

  // Who is where, in the order in which they came.
  placesAt(time) {
    const places = Object.fromEntries(STATES.map(state => [state, []]));
    for (const client of this.clients) {
      const state = this.stateAt(client, time);
      if (state) places[state].push(client);
    }
    const since = client => client.changes.findLast(([at]) => at <= time)[0];
    for (const state of ["half", "queued"]) {
      const times = new Map(places[state].map(client => [client, since(client)]));
      places[state].sort((a, b) => times.get(a) - times.get(b));
    }
    return places;
  }

  dropsUntil(time) {
    const counts = new Map();
    for (const [at, rule] of this.drops) {
      if (at > time) break;
      counts.set(rule, (counts.get(rule) || 0) + 1);
    }
    return counts;
  }

  momentsAt(time) {
    return this.run.moments.filter(moment => moment[0] === time);
  }

  // The time that tells most at a glance: the first drop, or when the accept queue is fullest.
  telling() {
    if (this.drops.length) return this.drops[0][0];
    let best = [0, -1];
    for (const [time, accept, syn] of this.run.levels) if (accept + syn > best[1]) best = [time, accept + syn];
    return best[0];
  }

  indexAt(time) {
    let low = 0, high = this.times.length;
    while (low < high) { const middle = (low + high) >> 1; if (this.times[middle] <= time) low = middle + 1; else high = middle; }
    return Math.max(0, low - 1);
  }
}
