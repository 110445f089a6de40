// Every packet of one client, with its rule, and the calls that it made.

function ladderRows(model, id) {
  const client = model.byId.get(id), run = model.run;
  if (!client) return [];
  const rows = (run.packets[id] || []).map(packet => ({ time: packet[0], packet }));
  for (const moment of run.moments) if (moment[1] === id && !moment[3]) rows.push({ time: moment[0], call: moment[2] });
  return rows.map((row, index) => ({ ...row, index })).sort((a, b) => a.time - b.time || (a.call ? 1 : 0) - (b.call ? 1 : 0) || a.index - b.index);
}

function packetText([, , flags, seq, ack, length]) {
  const names = { S: "SYN", F: "FIN", R: "RST", P: "PSH", ".": "ACK" };
  return [...flags].map(flag => names[flag] || flag).join(" ") + `  ${seq}` + (length ? `:${seq + length} (${length})` : "") + (ack === null ? "" : ` ack ${ack}`);
}

function ruleNote(run, name) {
  const rule = run.rules[name];
  const note = element("span", { class: "note" });
  note.append(element("span", { class: "rule " + rule[0], text: name }), " " + ruleSentence(run, name));
  note.title = t("ruleDecided", rule[2]) + (rule[3].length ? "; " + t("counts", rule[3].join(", ")) : "");
  if (rule[0] === "DROP" && rule[3].length) note.append(" · " + t("counts", rule[3].join(", ")));
  return note;
}

function drawLadder(list, model, id, seek) {
  const run = model.run, rows = ladderRows(model, id).slice(0, 400);
  list.replaceChildren();
  if (!rows.length) { list.append(element("li", { class: "none", text: t("noPackets") })); return; }
  list.append(element("li", { class: "ends", "data-time": "-1" }, element("span", { text: t("theClient") }), element("span", { text: t("theServer") })));
  for (const row of rows) {
    const item = element("li", { "data-time": row.time, onclick: () => seek(row.time) });
    item.append(element("time", { text: (row.time / 1e9).toFixed(row.time % 1e6 ? 6 : 3) }));
    if (row.call) {
      item.className = "call";
      item.append(element("span", { class: "note", text: momentText(row.call) }));
    } else {
      const [, fromClient, , , , , rule] = row.packet;
      const lost = rule && fromClient && run.rules[rule][0] === "DROP";
      item.append(element("span", { class: "arrow " + (fromClient ? "in" : "out") + (lost ? " lost" : ""), text: (fromClient ? "" : "") + packetText(row.packet) }));
      if (rule) item.append(ruleNote(run, rule));
    }
    list.append(item);
  }
}

// What is yet to come is faint, and the last that has come is marked. Only what changes is touched: this is done in every frame.
function markLadder(list, time, box) {
  let current = null;
  for (const item of list.children) {
    const at = Number(item.dataset.time);
    if (Number.isNaN(at) || at < 0) continue;
    const later = at > time;
    if (item.classList.contains("later") !== later) item.classList.toggle("later", later);
    if (!later) current = item;
  }
  const before = list.querySelector(".current");
  if (before === current) return;
  if (before) before.classList.remove("current");
  if (!current) return;
  current.classList.add("current");
  const top = current.offsetTop - box.offsetTop;
  if (top < box.scrollTop || top > box.scrollTop + box.clientHeight - 60) box.scrollTop = Math.max(0, top - box.clientHeight / 2);
}
