// Queue lengths, events and counters over time, and a lane for each client, on one axis of time.

const LANE = { roomy: 20, tight: 4 };
const GUTTER = 46;

const darkness = matchMedia("(prefers-color-scheme: dark)");
const known = { scheme: null, colours: new Map() };

// Asking the style for a colour makes the browser lay out all that has changed: each is asked for once in a scheme.
function colours() {
  const scheme = document.documentElement.dataset.scheme + " " + darkness.matches;
  if (known.scheme !== scheme) Object.assign(known, { scheme, colours: new Map() });
  return name => {
    if (!known.colours.has(name)) known.colours.set(name, getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim());
    return known.colours.get(name);
  };
}

// A canvas as large as its box, in the device's own pixels.
function prepare(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const w = Math.max(1, Math.round(width * ratio)), h = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
  if (canvas.style.height !== height + "px") canvas.style.height = height + "px";
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

// Distances that people count in.
function stepOf(span, most) {
  const rough = span / most, power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map(each => each * power).find(each => each >= rough);
}

function timeLabel(nanos, step) {
  if (step >= 1e9) return (nanos / 1e9).toFixed(0) + " s";
  if (step >= 1e6) return (nanos / 1e9).toFixed(Math.max(0, Math.ceil(9 - Math.log10(step)))) + " s";
  return (nanos / 1e6).toFixed(Math.max(0, Math.ceil(6 - Math.log10(Math.max(1, step))))) + " ms";
}

class Timeline {
  constructor(chart, lanes, box, scrub, choose) {
    Object.assign(this, { chart, lanes, box, scrub, choose });
    this.from = 0;
    this.to = 1;
    this.time = 0;
    this.kept = {};
    let dragging = false;
    const seek = event => this.scrub(this.timeAt(event.offsetX));
    chart.addEventListener("pointerdown", event => { dragging = true; chart.setPointerCapture(event.pointerId); seek(event); });
    chart.addEventListener("pointermove", event => { if (dragging) seek(event); });
    chart.addEventListener("pointerup", () => { dragging = false; });
    lanes.addEventListener("click", event => {
      const client = this.model && this.model.clients[Math.floor((event.offsetY - 20 + box.scrollTop) / this.laneHeight())];
      if (client && event.offsetY > 20) { this.choose(client.id); this.scrub(this.timeAt(event.offsetX)); }
    });
    for (const canvas of [chart, lanes]) {
      canvas.addEventListener("wheel", event => {
        if (!event.ctrlKey && !event.shiftKey) return;
        event.preventDefault();
        this.zoom(event.deltaY < 0 ? 0.7 : 1 / 0.7, this.timeAt(event.offsetX));
      }, { passive: false });
    }
    this.scrolled = 0;
    box.addEventListener("scroll", () => { this.scrolled = box.scrollTop; this.draw(); }, { passive: true });
    new ResizeObserver(() => { this.measure(); this.draw(); }).observe(chart.parentElement);
  }

  show(model) {
    this.model = model;
    this.measure();
    this.shown = (this.shown || 0) + 1;
    this.whole = Math.max(model.run.endedAt * 1.02, 1e6);
    this.from = 0;
    this.to = this.whole;
  }

  zoom(factor, around = this.time) {
    const span = Math.min(this.whole, Math.max(1000, (this.to - this.from) * factor));
    const share = Math.min(1, Math.max(0, (around - this.from) / (this.to - this.from)));
    this.from = Math.min(Math.max(0, around - span * share), Math.max(0, this.whole - span));
    this.to = this.from + span;
    this.draw();
  }

  all() { this.from = 0; this.to = this.whole; this.draw(); }

  // Keeps the chosen time in sight when it is zoomed in.
  follow(time) {
    const span = this.to - this.from;
    if (time < this.from || time > this.to) {
      this.from = Math.min(Math.max(0, time - span / 3), Math.max(0, this.whole - span));
      this.to = this.from + span;
    }
  }

  // Kept, since to ask for it in a frame would lay out the page in the midst of it.
  measure() {
    this.wide = this.chart.parentElement.clientWidth;
    this.high = this.chart.parentElement.clientHeight;
    this.scrolled = this.box.scrollTop;
  }

  width() { return this.wide; }
  x(time) { return GUTTER + (time - this.from) / (this.to - this.from) * (this.width() - GUTTER - 10); }
  timeAt(x) { return Math.min(this.whole, Math.max(0, this.from + (x - GUTTER) / (this.width() - GUTTER - 10) * (this.to - this.from))); }
  laneHeight() { return this.model.clients.length > 60 ? LANE.tight : LANE.roomy; }

  draw() {
    if (!this.model || !this.width()) return;
    this.colour = colours();
    this.drawChart();
    this.drawLanes();
  }

  axis(pen, height, y) {
    const step = stepOf(this.to - this.from, Math.max(2, this.width() / 95));
    pen.font = "11px ui-monospace, monospace";
    pen.textAlign = "center";
    for (let at = Math.ceil(this.from / step) * step; at <= this.to; at += step) {
      const x = Math.round(this.x(at)) + 0.5;
      pen.strokeStyle = this.colour("faint");
      pen.beginPath(); pen.moveTo(x, 0); pen.lineTo(x, height); pen.stroke();
      pen.fillStyle = this.colour("soft");
      pen.fillText(timeLabel(at, step), Math.min(x, this.width() - 18), y);
    }
  }

  head(pen, height) {
    const x = Math.round(this.x(this.time)) + 0.5;
    if (x < GUTTER - 1 || x > this.width()) return;
    pen.strokeStyle = this.colour("accent");
    pen.lineWidth = 1.5;
    pen.beginPath(); pen.moveTo(x, 0); pen.lineTo(x, height); pen.stroke();
    pen.lineWidth = 1;
  }

  // A step line of [[time, ...], ...], the value at the index.
  steps(pen, rows, index, y, colour, filled) {
    pen.beginPath();
    let started = false, lastX = 0, lastY = y(0);
    const right = this.width() - 10;
    for (const row of rows) {
      const x = this.x(row[0]);
      if (x > right) break;
      const to = y(row[index]);
      if (x < GUTTER) { lastX = GUTTER; lastY = to; continue; }
      if (!started) { pen.moveTo(GUTTER, lastY); started = true; }
      pen.lineTo(x, lastY);
      pen.lineTo(x, to);
      lastX = x; lastY = to;
    }
    if (!started) pen.moveTo(GUTTER, lastY);
    const end = Math.max(GUTTER, Math.min(right, this.x(this.model.run.endedAt)));
    pen.lineTo(Math.max(end, lastX), lastY);
    pen.strokeStyle = colour;
    pen.stroke();
    if (filled) {
      pen.lineTo(Math.max(end, lastX), y(0));
      pen.lineTo(GUTTER, y(0));
      pen.globalAlpha = 0.14; pen.fillStyle = colour; pen.fill(); pen.globalAlpha = 1;
    }
  }

  // Draws what does not change with the time only when something else has: a frame is a copy of it, and the time's line.
  copy(canvas, width, height, key, draw) {
    const pen = prepare(canvas, width, height);
    const whole = [this.shown, this.from, this.to, width, height, window.devicePixelRatio, this.colour("paper"), language, key].join();
    if (!this.kept[canvas.id] || this.kept[canvas.id].whole !== whole) {
      const copy = document.createElement("canvas");
      draw(prepare(copy, width, height));
      this.kept[canvas.id] = { whole, copy };
    }
    pen.drawImage(this.kept[canvas.id].copy, 0, 0, width, height);
    return pen;
  }

  drawChart() {
    const width = this.width(), height = this.high;
    const pen = this.copy(this.chart, width, height, "", still => this.paintChart(still, width, height));
    this.head(pen, height - 16);
  }

  paintChart(pen, width, height) {
    const run = this.model.run;
    const bottom = height - 20, eventsTop = bottom - 26, countsHeight = Object.keys(run.counts).length ? 52 : 0;
    const countsTop = eventsTop - countsHeight, top = 18, floor = countsTop - 8;
    this.axis(pen, bottom + 4, height - 4);
    const peak = Math.max(1, ...run.levels.map(level => Math.max(level[1], level[2])));
    const holds = run.server.acceptHolds;
    const most = holds <= peak * 4 ? Math.max(peak, holds) : peak;
    const y = value => floor - value / most * (floor - top);
    pen.textAlign = "right"; pen.fillStyle = this.colour("soft");
    pen.fillText(String(most), GUTTER - 6, top + 4);
    pen.fillText("0", GUTTER - 6, floor + 3);
    pen.strokeStyle = this.colour("line");
    pen.beginPath(); pen.moveTo(GUTTER, floor + 0.5); pen.lineTo(width - 10, floor + 0.5); pen.stroke();
    if (holds <= most) {
      pen.setLineDash([5, 4]); pen.strokeStyle = this.colour("queued");
      pen.beginPath(); pen.moveTo(GUTTER, y(holds)); pen.lineTo(width - 10, y(holds)); pen.stroke(); pen.setLineDash([]);
      pen.textAlign = "right"; pen.fillStyle = this.colour("soft");
      pen.fillText(t("chartHolds", count(holds)), width - 12, y(holds) - 4);
    }
    pen.lineWidth = 2;
    this.steps(pen, run.levels, 1, y, this.colour("queued"), true);
    pen.setLineDash([3, 3]);
    this.steps(pen, run.levels, 2, y, this.colour("half"), false);
    pen.setLineDash([]); pen.lineWidth = 1.5;
    if (countsHeight) this.drawCounts(pen, countsTop, countsHeight, width);
    pen.lineWidth = 1;
    this.drawEvents(pen, eventsTop + 4, width);
    const drops = this.model.drops.length;
    this.chart.setAttribute("aria-label", t("chartLabel", Math.max(0, ...run.levels.map(l => l[1])), holds, Math.max(0, ...run.levels.map(l => l[2])), drops));
  }

  drawCounts(pen, top, height, width) {
    const chosen = ["ListenOverflows", "ListenDrops", "TCPReqQFullDrop", "SyncookiesSent", "SyncookiesRecv", "TCPDeferAcceptDrop", "PassiveOpens"].filter(name => this.model.run.counts[name]).slice(0, 3);
    const names = ["failed", "outside", "served"], dashes = [[], [6, 3], [2, 2]];
    const most = Math.max(1, ...chosen.map(name => this.model.run.counts[name].at(-1)[1]));
    const floor = top + height - 6, y = value => floor - value / most * (height - 20);
    pen.fillStyle = this.colour("soft"); pen.textAlign = "right";
    pen.fillText(count(most), GUTTER - 6, top + 18);
    let at = GUTTER + 4;
    chosen.forEach((name, i) => {
      pen.setLineDash(dashes[i]);
      this.steps(pen, this.model.run.counts[name], 1, y, this.colour(names[i]), false);
      pen.textAlign = "left";
      pen.beginPath(); pen.moveTo(at, top + 6); pen.lineTo(at + 16, top + 6); pen.strokeStyle = this.colour(names[i]); pen.stroke();
      pen.setLineDash([]);
      pen.fillStyle = this.colour("soft");
      pen.fillText(name, at + 20, top + 10);
      at += pen.measureText(name).width + 34;
    });
  }

  // A tick for each thing that happened: SYNs that got an answer, drops below them, accepts.
  drawEvents(pen, top, width) {
    let last = { syn: -9, drop: -9, accept: -9 };
    const rows = { syn: [top, "half"], drop: [top + 7, "failed"], accept: [top + 14, "served"] };
    const events = [];
    for (const client of this.model.clients) for (const [time, sign] of client.signs) if (rows[sign]) events.push([time, sign]);
    events.sort((a, b) => a[0] - b[0]);
    for (const [time, sign] of events) {
      const x = this.x(time);
      if (x < GUTTER || x > width - 8 || x - last[sign] < 1.2) continue;
      last[sign] = x;
      pen.fillStyle = this.colour(rows[sign][1]);
      pen.fillRect(x - 1, rows[sign][0], 2, 6);
    }
  }

  drawLanes() {
    const clients = this.model.clients, lane = this.laneHeight(), width = this.width();
    const total = clients.length * lane + 22, height = Math.min(total, 416);
    if (this.spacer === undefined) { this.spacer = document.createElement("div"); this.box.append(this.spacer); }
    const rest = Math.max(0, total - height) + "px";
    if (this.spacer.style.height !== rest) this.spacer.style.height = rest;
    const scroll = Math.min(this.scrolled, Math.max(0, total - height)), first = Math.max(0, Math.floor(scroll / lane));
    const last = Math.min(clients.length, Math.ceil((scroll + height) / lane) + 1);
    const pen = this.copy(this.lanes, width, height, scroll + ":" + this.chosen, still => {
      this.axis(still, height, 11);
      still.save();
      still.beginPath(); still.rect(0, 20, width, height); still.clip();
      for (let i = first; i < last; i++) this.drawLane(still, clients[i], 20 + i * lane - scroll, lane);
      still.restore();
    });
    this.head(pen, height);
    const label = t("lanesLabel", clients.length);
    if (this.lanes.getAttribute("aria-label") !== label) this.lanes.setAttribute("aria-label", label);
  }

  drawLane(pen, client, y, height) {
    const roomy = height === LANE.roomy, right = this.width() - 10;
    const top = roomy ? y + 4 : y + 0.5, tall = roomy ? height - 8 : height - 1;
    const chosen = client.id === this.chosen;
    if (chosen) { pen.fillStyle = this.colour("faint"); pen.fillRect(0, y, right + 10, height); }
    if (roomy || client.id % 25 === 0) {
      pen.textAlign = "right"; pen.font = (chosen ? "bold " : "") + "11px ui-monospace, monospace";
      pen.fillStyle = this.colour(chosen ? "ink" : "soft");
      pen.fillText(client.id, GUTTER - 8, y + height / 2 + 4);
    }
    client.changes.forEach(([time, state], i) => {
      const end = i + 1 < client.changes.length ? client.changes[i + 1][0] : this.model.run.endedAt;
      const a = Math.max(GUTTER, this.x(time)), b = Math.min(right, this.x(end));
      if (b < GUTTER || a > right) return;
      pen.fillStyle = this.colour(state);
      pen.globalAlpha = state === "outside" ? 0.55 : state === "done" ? 0.45 : 1;
      pen.fillRect(a, top, Math.max(b - a, 1), tall);
      pen.globalAlpha = 1;
    });
    if (roomy) this.drawSigns(pen, client, y + height / 2, right);
    if (chosen && !roomy) { pen.strokeStyle = this.colour("ink"); pen.strokeRect(GUTTER - 2, y - 1, right - GUTTER + 4, height + 2); }
  }

  drawSigns(pen, client, y, right) {
    pen.lineWidth = 2;
    for (const [time, sign] of client.signs) {
      const x = this.x(time);
      if (x < GUTTER - 4 || x > right + 4) continue;
      drawSign(pen, sign, x, y, this.colour);
    }
    pen.lineWidth = 1;
  }
}

function drawSign(pen, sign, x, y, colour) {
  pen.strokeStyle = pen.fillStyle = colour("ink");
  pen.beginPath();
  if (sign === "drop") { pen.moveTo(x - 3.5, y - 3.5); pen.lineTo(x + 3.5, y + 3.5); pen.moveTo(x + 3.5, y - 3.5); pen.lineTo(x - 3.5, y + 3.5); pen.stroke(); }
  else if (sign === "syn") { pen.arc(x, y, 3, 0, 7); pen.fillStyle = colour("paper"); pen.fill(); pen.stroke(); }
  else if (sign === "connect") { pen.moveTo(x, y - 5); pen.lineTo(x + 4.5, y); pen.lineTo(x, y + 5); pen.lineTo(x - 4.5, y); pen.closePath(); pen.fillStyle = colour("paper"); pen.fill(); pen.stroke(); }
  else if (sign === "accept") { pen.moveTo(x - 3, y - 5); pen.lineTo(x + 5, y); pen.lineTo(x - 3, y + 5); pen.closePath(); pen.fill(); }
  else if (sign === "reset") { pen.rect(x - 4, y - 4, 8, 8); pen.fill(); }
}

function drawLegend(target) {
  const items = STATES.map(state => element("li", {}, element("i", { class: "is-" + state }), t(state)));
  for (const [sign, key] of [["○", "signSyn"], ["✕", "signDrop"], ["◇", "signConnect"], ["▶", "signAccept"], ["■", "signReset"]]) items.push(element("li", {}, element("span", { class: "sign", text: sign, "aria-hidden": "true" }), t(key)));
  target.replaceChildren(...items);
}
