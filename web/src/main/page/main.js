// Puts the page together: what is asked is in the address, what came out is a run, what is looked at is a time and a client.

const KERNELS = ["6.18", "3.10", "unp"];
const MOST_KERNELS = 12;
const $ = id => document.getElementById(id);
const page = { kernels: null, settings: [], presets: [], model: null, time: 0, chosen: 1, playing: false, problem: "", asked: 0 };

// ---- the address

function readAddress() {
  const settings = [], view = {};
  for (const part of location.hash.slice(1).split("&")) {
    if (!part) continue;
    const equals = part.indexOf("=");
    let name = equals < 0 ? part : part.slice(0, equals), value = equals < 0 ? "" : part.slice(equals + 1);
    try { name = decodeURIComponent(name); value = decodeURIComponent(value); } catch (notEncoded) { /* taken as it is */ }
    if (equals < 0) settings.push(["preset", name]);
    else if (name === "at" || name === "client" || name === "lang" || name === "compare") view[name] = value;
    else settings.push([name, value]);
  }
  return { settings, view };
}

function address(settings, withView) {
  const encode = text => encodeURIComponent(text).replace(/%(2C|3D|2F|3A)/g, (all, code) => String.fromCharCode(parseInt(code, 16)));
  const parts = settings.map(([name, value]) => name === "preset" ? encode(value) : encode(name) + "=" + encode(value));
  if (withView && page.model) parts.push("at=" + Math.round(page.time) + "ns", "client=" + page.chosen);
  if (page.kernels) parts.push("compare=" + encode(page.kernels.join(",")));
  if (language) parts.push("lang=zh");
  return "#" + parts.join("&");
}

function timeOf(text) {
  const match = /^([\d.]+)(ns|us|ms|s)$/.exec(text || "");
  return match ? magnitude(text) : null;
}

// ---- running

// Where the first that is asked for cannot be run, the default experiment is shown under what is wrong.
async function run(settings, view = {}) {
  page.settings = settings;
  if (page.recorded) return;
  if (view.compare !== undefined) page.kernels = view.compare.split(",").filter(Boolean).slice(0, MOST_KERNELS);
  const asked = ++page.asked;
  page.machine.interrupt();
  document.body.classList.add("busy");
  try {
    const result = await page.machine.run(settings);
    if (asked !== page.asked) return;
    const others = page.controls.faults(result.faults || []);
    say(others.map(([name, sentence]) => t("unknownSetting", name, sentence)).join(". "));
    if (!result.faults) {
      show(result, view);
      compare(settings, asked);
    } else if (!page.model) {
      show(await page.machine.run([]), {}, true);
    }
  } catch (error) {
    if (asked === page.asked) say(t("broken", error.message));
  } finally {
    if (asked === page.asked) document.body.classList.remove("busy");
  }
}

async function compare(settings, asked) {
  const runs = [];
  try {
    for (const kernel of new Set([page.model.run.experiment.kernel, ...(page.kernels || KERNELS)])) {
      const others = settings.filter(([name]) => name !== "kernel");
      const known = page.model.run.experiment.kernel === kernel ? page.model.run : await page.machine.run([...(others.length ? others : [["preset", page.model.run.experiment.name]]), ["kernel", kernel]]);
      if (asked !== page.asked) return;
      if (!known.faults) runs.push(known);
    }
    page.compared = runs;
    drawComparison($("compare-box"), runs);
  } catch (interrupted) { /* another run was asked for */ }
}

function show(result, view, keepAddress) {
  const model = new Model(result), first = !page.model;
  page.model = model;
  page.settings = result.experiment.settings;
  const at = timeOf(view.at);
  page.time = at !== null ? Math.min(at, result.endedAt) : first || view.fresh ? model.telling() : Math.min(page.time, result.endedAt);
  const wanted = Number(view.client || page.chosen);
  page.chosen = model.byId.has(wanted) && (view.client || !view.fresh && !first) ? wanted : tellingClient(model);
  page.timeline.show(model);
  page.timeline.time = page.time;
  page.timeline.chosen = page.chosen;
  drawAll();
  if (!keepAddress && !page.recorded) history.replaceState(null, "", address(page.settings));
}

// A client to whom something happened at the time that is shown: one that was dropped, if any was.
function tellingClient(model) {
  const dropped = model.drops.find(([, , id]) => id);
  return dropped ? dropped[2] : model.clients.length ? model.clients[0].id : 1;
}

// ---- drawing

function say(problem) {
  $("problem").textContent = problem;
  $("problem").hidden = !problem;
}

function drawAll() {
  const { run } = page.model;
  drawStory(run);
  drawFigures(run);
  if (!isServed()) page.controls.show(run);
  drawLegend($("legend"));
  drawCounters(run);
  drawTable(run);
  drawWords();
  chooseClient(page.chosen);
  if (page.compared) drawComparison($("compare-box"), page.compared);
}

function drawStory(run) {
  const { experiment } = run, preset = experiment.settings.find(([name]) => name === "preset");
  const entry = page.presets.find(([name]) => preset && name === preset[1]);
  const changed = !preset || experiment.settings.length > 1;
  $("preset").value = preset ? preset[1] : "";
  $("title").textContent = entry ? presetText(...entry) : ownText(experiment.own);
  const where = [changed && preset ? ownText(experiment.own) + " (" + t("changedFrom", preset[1]) + ")" : null, experiment.title, experiment.rtt ? t("rttOf", seconds(experiment.rtt)) : isServed() ? null : t("loopback"), page.recorded ? experiment.how : null];
  $("where").textContent = where.filter(Boolean).join(" · ");
  const chapter = isServed() ? SERVED_CHAPTER : chapterOf(preset && preset[1], entry && CHAPTERS[entry[0]]);
  const tries = element("div", { class: "try" });
  for (const [label, changes] of page.recorded ? [] : chapter.tries) tries.append(element("button", { type: "button", text: label[language], onclick: () => tryOut(changes) }));
  const part = (key, text) => [element("h3", { text: t(key) }), element("p", { text })];
  $("chapter").replaceChildren(...part("says", chapter.says[language]), ...part("happens", whatHappened(run)), ...part("why", chapter.why[language]),
    ...(tries.children.length ? [element("h3", { text: t("tryIt") }), tries] : []), ...(entry ? [element("h3", { text: t("source") }), source(entry[2])] : []));
  $("command").textContent = command(run);
}

// Where an experiment comes from; a link is one.
function source(text) {
  const made = element("p", { class: "hint" });
  const url = /https?:\/\/\S+/.exec(text);
  if (!url) { made.textContent = text; return made; }
  made.append(text.slice(0, url.index), element("a", { href: url[0], text: url[0], rel: "noreferrer" }));
  return made;
}

function command(run) {
  return "halfopen " + (run.experiment.on === "serve" ? "serve " : "lab ") + run.experiment.words.map(word => /^[\w.,=:\/%-]+$/.test(word) ? word : "'" + word + "'").join(" ") + (run.experiment.on === "kernel" ? " --on kernel" : "");
}

function drawFigures(run) {
  const o = run.outcome, failed = Object.values(o.failed).reduce((a, b) => a + b, 0), drops = Object.values(run.report.drops).reduce((a, b) => a + b, 0);
  const figures = [["atOnce", o.atOnce, "queued", t("of", count(o.clients))], ["later", o.later, "outside", o.later ? "≤ " + seconds(o.connect[2]) : ""], ["never", failed, "failed", Object.keys(o.failed).join(" ")], ["accepted", o.accepted, "served", t("of", count(o.clients))], ["dropped", drops, "failed", ""]];
  if (o.waiting) figures.splice(3, 0, ["waitingEnd", o.waiting, "outside", ""]);
  $("figures").replaceChildren(...figures.map(([key, number, mark, note]) => {
    const box = element("div", { "data-figure": key, style: `--mark: var(--${mark})` }, element("dt", { text: t(key) }), element("dd", {}, count(number), " ", element("small", { text: note })));
    return box;
  }));
}

function drawCounters(run) {
  const rows = Object.entries(run.report.counters).map(([name, value]) => element("tr", {}, element("th", { scope: "row", class: "mono", text: name }), element("td", { text: count(value) }), element("td", { text: run.counters[name] || "" })));
  const drops = Object.entries(run.report.drops).map(([name, value]) => element("tr", {}, element("th", { scope: "row" }, element("span", { class: "rule DROP", text: name })), element("td", { text: count(value) }), element("td", { text: `${ruleSentence(run, name)}; ${t("ruleDecided", run.rules[name][2])}` })));
  $("counter-box").replaceChildren(element("table", {}, element("tbody", {}, ...drops, ...rows)));
}

function drawTable(run) {
  const head = element("tr", {}, ...["colClient", "colConnect", "colAfter", "colSyns", "colAccepted", "colOutcome"].map(key => element("th", { scope: "col", text: t(key) })));
  const ms = value => value === null ? "–" : (value / 1000).toFixed(3) + " " + t("seconds");
  const rows = run.report.clients.slice(0, 1000).map(c => element("tr", {}, element("th", { scope: "row", text: c.id }), element("td", { text: c.connect }), element("td", { text: ms(c.connectMs) }), element("td", { text: c.synSent }), element("td", { text: c.accepted ? ms(c.acceptedMs) : t("notAccepted") }), element("td", { text: c.outcome })));
  $("client-table").replaceChildren(element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)));
}

function drawWords() {
  $("words").replaceChildren(...WORDS.flatMap(([word, english, chinese, translated]) => [element("div", {}, element("dt", { text: language && translated ? `${translated} (${word})` : word }), element("dd", { text: language ? chinese : english }))]));
}

// What happened at the chosen time, clients to whom the same happened together.
function drawNow() {
  const { model, time } = page, at = model.times[model.indexAt(time)];
  const groups = new Map();
  for (const [, client, what, rule] of model.momentsAt(at)) {
    const key = what + " " + rule;
    if (!groups.has(key)) groups.set(key, { what, rule, clients: [] });
    groups.get(key).clients.push(client);
  }
  const now = $("now");
  now.replaceChildren(element("span", { class: "mono", text: (at / 1e9).toFixed(at % 1e6 ? 6 : 3) + " " + t("seconds") + "  " }));
  if (!groups.size) now.append(at === 0 ? t("beginning") : "");
  [...groups.values()].slice(0, 4).forEach(({ what, rule, clients }, i) => {
    clients.sort((a, b) => a - b);
    const named = clients.length > 8 ? t("andMore", clients.slice(0, 6).join(" "), clients.length - 6) : clients.join(" ");
    const who = clients[0] === 0 ? t("theServerDoes") : t(clients.length > 1 ? "manyClients" : "someClients", named);
    now.append(i ? "; " : "", element("b", { text: who }), " " + momentText(what));
    if (rule) now.append(" ", element("span", { class: "rule " + (model.run.rules[rule] || [""])[0], text: rule }), " " + ruleSentence(model.run, rule));
  });
}

function drawTime() {
  const { model, time } = page;
  drawQueues($("queues"), model, time, page.chosen, chooseClient);
  $("scrub").max = model.times.length - 1;
  $("scrub").value = model.indexAt(time);
  $("scrub").setAttribute("aria-valuetext", seconds(time));
  $("clock").textContent = seconds(time);
  page.timeline.time = time;
  page.timeline.follow(time);
  page.timeline.draw();
  markLadder($("ladder"), time, $("ladder-box"));
  if (!page.playing) drawNow();
}

function seek(time) {
  page.time = Math.min(Math.max(0, time), page.model.run.endedAt);
  drawTime();
}

function chooseClient(id) {
  page.chosen = id;
  page.timeline.chosen = id;
  $("client").value = id;
  $("client").max = page.model.clients.length;
  $("ladder-title").textContent = t("ladder", id);
  drawLadder($("ladder"), page.model, id, seek);
  drawTime();
}

// ---- playing

const PLAY_SECONDS = 14;

function play(on) {
  page.playing = on;
  $("play").textContent = t(on ? "pause" : "play");
  if (!on) { if (page.model) drawNow(); return; }
  const { model } = page;
  if (page.time >= model.run.endedAt) page.time = 0;
  let before = null;
  const frame = now => {
    if (!page.playing || page.model !== model) { play(false); return; }
    if (before !== null) seek(page.time + (now - before) / 1000 * Math.max(model.run.endedAt, 1) / PLAY_SECONDS);
    before = now;
    if (page.time >= model.run.endedAt) play(false); else requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

function stepBy(direction) {
  play(false);
  const { times } = page.model, index = page.model.indexAt(page.time);
  const to = direction < 0 && times[index] < page.time ? index : index + direction;
  seek(times[Math.min(times.length - 1, Math.max(0, to))]);
}

// ---- changing

function changeTo(changes, fresh) {
  let settings = page.settings.slice();
  for (const [name, value] of changes) {
    settings = settings.filter(setting => !isSettingOf(name, setting));
    const field = settingOf(name, value);
    if (value !== "") settings.push(field);
  }
  clearTimeout(page.soon);
  page.soon = setTimeout(() => run(settings, { fresh }), fresh ? 0 : 60);
  page.settings = settings;
}

function tryOut(changes) {
  const base = page.settings.filter(([name]) => name === "preset");
  const named = changes.map(([name, value]) => name === "sysctl" ? ["sysctl:" + value.slice(0, value.indexOf("=")), value.slice(value.indexOf("=") + 1)] : [name, value]);
  page.settings = base;
  changeTo(named, true);
}

async function copy(text) {
  try { await navigator.clipboard.writeText(text); $("copied").textContent = t("copied") + text; }
  catch (refused) { $("copied").textContent = t("notCopied") + text; }
}

// ---- the beginning

function fillPresets() {
  const select = $("preset"), articles = element("optgroup", { label: t("articles") }), servers = element("optgroup", { label: t("servers") });
  for (const [name, sentence] of page.presets) (CHAPTERS[name] ? articles : servers).append(element("option", { value: name, text: `${name}: ${presetText(name, sentence)}` }));
  select.replaceChildren(articles, servers, element("option", { value: "", text: t("own") }));
}

function words() {
  setLanguage(language);
  $("language").textContent = t("language");
  $("scheme").textContent = t(isDark() ? "light" : "dark");
  $("play").textContent = t(page.playing ? "pause" : "play");
  if (page.recorded) $("controls-hint").textContent = t("measured");
  if (isServed()) document.querySelector(".controls").hidden = document.querySelector(".pick").hidden = $("preset").hidden = true;
  fillPresets();
  page.controls.build();
  if (page.recorded) page.controls.freeze();
  drawLive($("live"));
}

// What a server did is no experiment: there is nothing to change or to choose.
function isServed() {
  return page.recorded && page.recorded.runs[0].experiment.on === "serve";
}

function isDark() {
  const chosen = document.documentElement.dataset.scheme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function listen() {
  $("preset").addEventListener("change", event => {
    play(false);
    run(event.target.value ? [["preset", event.target.value]] : [["backlog", "128"]], { fresh: true });
  });
  $("play").addEventListener("click", () => play(!page.playing));
  $("first").addEventListener("click", () => { play(false); seek(0); });
  $("back").addEventListener("click", () => stepBy(-1));
  $("next").addEventListener("click", () => stepBy(1));
  $("scrub").addEventListener("input", event => { play(false); seek(page.model.times[event.target.value]); });
  $("client").addEventListener("input", event => { if (page.model.byId.has(Number(event.target.value))) chooseClient(Number(event.target.value)); });
  $("zoom-in").addEventListener("click", () => page.timeline.zoom(0.5));
  $("zoom-out").addEventListener("click", () => page.timeline.zoom(2));
  $("zoom-all").addEventListener("click", () => page.timeline.all());
  $("copy-link").addEventListener("click", () => copy(location.href.split("#")[0] + address(page.settings, true)));
  $("copy-command").addEventListener("click", () => copy("./" + command(page.model.run)));
  $("scheme").addEventListener("click", () => { document.documentElement.dataset.scheme = isDark() ? "light" : "dark"; words(); drawAll(); });
  $("language").addEventListener("click", () => { language = 1 - language; words(); drawAll(); if (!page.recorded) history.replaceState(null, "", address(page.settings)); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { words(); if (page.model) drawAll(); });
  addEventListener("hashchange", () => { const { settings, view } = readAddress(); run(settings, { ...view, fresh: true }); });
  document.addEventListener("keydown", event => {
    if (event.target instanceof Element && event.target.closest("input, select, button, textarea, [tabindex]:not(#picture)") || event.ctrlKey || event.metaKey || event.altKey || !page.model) return;
    const act = { " ": () => play(!page.playing), ArrowRight: () => stepBy(1), ArrowLeft: () => stepBy(-1), Home: () => seek(0), End: () => seek(page.model.run.endedAt) }[event.key];
    if (act) { event.preventDefault(); act(); }
  });
}

async function begin() {
  const { settings, view } = readAddress();
  language = view.lang === "zh" || (!view.lang && /^zh/i.test(navigator.language || "") && !location.hash) ? 1 : 0;
  page.timeline = new Timeline($("chart"), $("lanes"), $("lanes-box"), time => { play(false); seek(time); }, chooseClient);
  page.controls = new Controls($("form"), (name, value) => changeTo([[name, value]]));
  const recorded = $("recorded").textContent.trim();
  const given = recorded ? JSON.parse(recorded) : {};
  page.recorded = given.runs ? given : null;
  words();
  listen();
  if (given.live) listenLive(given.live);
  try {
    page.machine = new Machine(await bestEngine());
    page.presets = await page.machine.ask("presets");
  } catch (error) {
    say(t("broken", error.message));
    return;
  }
  words();
  if (page.recorded) {
    page.compared = page.recorded.runs.length > 1 ? page.recorded.runs : null;
    document.querySelector(".compare").hidden = !page.compared;
    show(page.recorded.runs[0], { fresh: true });
  } else {
    if (!settings.length && given.kernels) page.kernels = given.kernels;
    await run(settings.length ? settings : given.settings || [], { ...view, fresh: true });
  }
  document.documentElement.dataset.ready = "yes";
}

begin();
