// The same experiment on each kernel, side by side.

function comparisonRows(run) {
  const o = run.outcome, r = run.report, sum = object => Object.values(object).reduce((a, b) => a + b, 0);
  const failed = Object.entries(o.failed).map(([name, times]) => `${times} ${name}`).join(", ");
  return {
    atOnce: count(o.atOnce), later: count(o.later), last: o.connect ? seconds(o.connect[2]) : "–", failed: failed || "0", accepted: count(o.accepted),
    acceptPeak: `${count(r.listener.acceptQueuePeak)} / ${count(run.server.acceptHolds)}`, synPeak: count(r.listener.synQueuePeak), drops: count(sum(r.drops)),
    overflows: count(r.counters.ListenOverflows || 0), listenDrops: count(r.counters.ListenDrops || 0), ended: seconds(run.endedAt),
  };
}

function drawComparison(target, runs) {
  const columns = runs.map(comparisonRows);
  const head = element("tr", {}, element("td", {}));
  for (const run of runs) head.append(element("th", { scope: "col", text: run.experiment.title }));
  const body = element("tbody");
  for (const name of Object.keys(TEXT.rows)) {
    const row = element("tr", { "data-row": name }, element("th", { scope: "row", text: t("rows." + name) }));
    columns.forEach(column => row.append(element("td", { class: column[name] !== columns[0][name] ? "differs" : null, text: column[name] })));
    body.append(row);
  }
  const rules = element("tr", {}, element("th", { scope: "row", text: t("dropped") }));
  for (const run of runs) {
    const cell = element("td");
    for (const [rule, times] of Object.entries(run.report.drops)) cell.append(element("div", {}, `${count(times)} × `, element("span", { class: "rule DROP", text: rule })));
    rules.append(cell);
  }
  body.append(rules);
  const charts = element("div", { class: "kernels" });
  target.replaceChildren(element("table", {}, element("thead", {}, head), body), charts);
  for (const run of runs) {
    const canvas = element("canvas", { role: "img", "aria-label": `${run.experiment.title}: ${t("chartAccept")} ${run.report.listener.acceptQueuePeak} / ${run.server.acceptHolds}` });
    charts.append(element("div", {}, element("h3", { text: run.experiment.title }), element("div", {}, canvas)));
    drawSmall(canvas, run, Math.max(...runs.map(each => each.endedAt)));
  }
}

// The accept queue over time, small, with the same time for all kernels.
function drawSmall(canvas, run, whole) {
  const width = canvas.parentElement.clientWidth || 240, height = 90, colour = colours();
  const pen = prepare(canvas, width, height);
  const most = Math.max(1, ...run.levels.map(level => Math.max(level[1], level[2])));
  const x = time => time / whole * (width - 2), y = value => height - 14 - value / most * (height - 26);
  pen.fillStyle = colour("soft"); pen.font = "11px ui-monospace, monospace";
  pen.fillText(count(most), 0, 9); pen.fillText("0", 0, height - 2); pen.textAlign = "right"; pen.fillText(seconds(whole, 0), width, height - 2);
  for (const [index, name, dash] of [[1, "queued", []], [2, "half", [3, 3]]]) {
    pen.setLineDash(dash); pen.strokeStyle = colour(name); pen.lineWidth = 1.5; pen.beginPath(); pen.moveTo(0, y(0));
    let before = 0;
    for (const level of run.levels) { pen.lineTo(x(level[0]), y(before)); pen.lineTo(x(level[0]), y(level[index])); before = level[index]; }
    pen.lineTo(x(run.endedAt), y(before)); pen.stroke();
  }
}
