// The fields that change the experiment. A field is text as the command line takes it; a slider moves among its useful values.

const SECONDS = ["0", "1s", "2s", "3s", "5s", "7s", "10s", "15s", "20s", "30s", "60s", "never"];
const FIELDS = [
  { group: "groupServer", name: "backlog", steps: ["0", "1", "2", "3", "5", "10", "20", "50", "100", "128", "256", "511", "1024", "4096", "65535"], label: ["backlog", "backlog"], help: ["What the program gives listen(): each queue holds one more.", "程序传给 listen() 的数：每个队列多容纳一个。"] },
  { group: "groupServer", name: "accept-after", steps: SECONDS, label: ["first accept() at", "开始 accept() 于"], help: ["When the server begins to accept, counted from listen(); or never.", "服务器从何时开始 accept()（自 listen() 起），或 never。"] },
  { group: "groupServer", name: "accept-rate", steps: ["", "1", "2", "5", "10", "20", "50", "100", "200", "500", "1000", "5000"], label: ["accepts a second", "每秒 accept() 数"], help: ["accept() calls a second, at most. Empty: as many as can be.", "每秒最多 accept() 次数。空：尽可能多。"] },
  { group: "groupServer", name: "service", steps: ["0", "10ms", "50ms", "100ms", "500ms", "1s", "2s", "5s", "10s"], label: ["work for each", "每个连接的处理时间"], help: ["How long a worker keeps a connection after its answer.", "工作线程应答后占用连接多久。"] },
  { group: "groupServer", name: "workers", steps: ["1", "2", "3", "4", "8", "16", "50", "200"], label: ["workers", "工作线程"], help: ["Connections handled at a time.", "同时处理的连接数。"] },
  { group: "groupServer", name: "pause", steps: ["", "500ms,200ms", "500ms,500ms", "500ms,1s", "500ms,2s", "1s,5s"], label: ["a pause: at,for", "停顿：时刻,时长"], help: ["The program stands still, as in a garbage collection: 1s,200ms. The kernel goes on.", "程序停顿（如垃圾回收）：1s,200ms。内核照常工作。"] },
  { group: "groupServer", name: "defer", steps: ["0", "1", "3", "5", "10", "30"], label: ["TCP_DEFER_ACCEPT, s", "TCP_DEFER_ACCEPT（秒）"], help: ["How long accept() waits for a client's first data; 0: not at all.", "accept() 等待首个数据多久；0 为不等待。"] },
  { group: "groupClients", name: "clients", steps: ["1", "2", "3", "4", "6", "10", "20", "50", "100", "200", "500", "1000", "2000"], label: ["clients", "客户端数"], help: ["How many connect.", "有多少个客户端连接。"] },
  { group: "groupClients", name: "every", steps: ["0", "10us", "50us", "100us", "1ms", "5ms", "10ms", "50ms", "100ms", "500ms", "1s"], label: ["time between two", "两个之间的间隔"], help: ["0: all at once.", "0：同时到来。"] },
  { group: "groupClients", name: "connect-timeout", steps: ["500ms", "1s", "2s", "3s", "5s", "10s", "30s", "never"], label: ["patience", "耐心"], help: ["How long a client waits for connect(); never: as long as the kernel does.", "客户端等待 connect() 多久；never：由内核决定。"] },
  { group: "groupClients", name: "flood", steps: ["0", "10", "100", "500", "1000", "2000"], label: ["flood, SYNs a second", "洪水，SYN/秒"], help: ["SYNs from addresses that never answer.", "来自永不应答的地址的 SYN。"] },
  { group: "groupNetwork", name: "rtt", steps: ["0", "1ms", "5ms", "20ms", "50ms", "100ms", "200ms", "500ms"], label: ["round-trip time", "往返时间"], help: ["0: one machine, the loopback.", "0：同一台机器（回环）。"] },
  { group: "groupNetwork", name: "loss", steps: ["0", "1", "2", "5", "10", "20", "50"], label: ["loss, percent", "丢包率（%）"], help: ["Packets that are lost, in each direction.", "每个方向的丢包率。"] },
  { group: "groupKernel", name: "kernel", choices: [["6.18", "Linux 6.18"], ["6.12", "Linux 6.12"], ["6.8", "Linux 6.8"], ["6.6", "Linux 6.6"], ["6.1", "Linux 6.1"], ["5.15", "Linux 5.15"], ["5.14", "Linux 5.14"], ["5.10", "Linux 5.10"], ["5.4", "Linux 5.4"], ["4.18", "Linux 4.18"], ["4.4", "Linux 4.4"], ["3.10", "Linux 3.10"], ["2.6", "Linux 2.6"], ["unp", "UNP"]], label: ["kernel", "内核"], help: ["Whose rules: those of a Linux, or Berkeley's as Stevens' book has them.", "采用谁的规则：某个 Linux 版本，或书中的伯克利实现。"] },
  { group: "groupKernel", name: "sysctl:net.core.somaxconn", steps: ["1", "2", "5", "10", "64", "128", "512", "1024", "4096", "65535"], label: ["somaxconn", "somaxconn"], help: ["The most that a backlog can be.", "backlog 的上限。"] },
  { group: "groupKernel", name: "sysctl:net.ipv4.tcp_syncookies", choices: [["0", "off"], ["1", "whenFull"], ["2", "always"]], label: ["SYN cookies", "SYN cookie"], help: ["What a SYN gets when the SYN queue is full: a cookie, or nothing.", "半连接队列满时 SYN 得到什么：cookie 或没有。"] },
  { group: "groupKernel", name: "sysctl:net.ipv4.tcp_abort_on_overflow", choices: [["0", "off"], ["1", "on"]], label: ["abort on overflow", "abort_on_overflow"], help: ["A last ACK that finds the accept queue full is answered by a reset.", "最后的 ACK 遇到队列已满时以 RST 应答。"] },
  { group: "groupKernel", name: "sysctl:net.ipv4.tcp_max_syn_backlog", steps: ["8", "16", "64", "128", "512", "1024", "4096"], label: ["max_syn_backlog", "max_syn_backlog"], help: ["Without cookies its last quarter is kept for peers that have been here before.", "不用 cookie 时，最后四分之一留给来过的对端。"] },
];
const SYSCTL_OF_SERVER = { "net.core.somaxconn": "somaxconn", "net.ipv4.tcp_syncookies": "syncookies", "net.ipv4.tcp_abort_on_overflow": "abortOnOverflow", "net.ipv4.tcp_max_syn_backlog": "maxSynBacklog" };

function fieldId(name) { return "f-" + name.replace(/[^a-z]/g, "-"); }

// The setting that a field's text is: [name, value]; a sysctl's name is part of the value.
function settingOf(name, value) {
  return name.startsWith("sysctl:") ? ["sysctl", name.slice(7) + "=" + value] : [name, value];
}

function isSettingOf(name, [setting, value]) {
  return name.startsWith("sysctl:") ? setting === "sysctl" && value.startsWith(name.slice(7) + "=") : setting === name;
}

class Controls {
  constructor(form, change) {
    Object.assign(this, { form, change });
    form.addEventListener("submit", event => event.preventDefault());
  }

  build() {
    this.form.replaceChildren();
    let group = null, set = null;
    for (const field of FIELDS) {
      if (field.group !== group) {
        group = field.group;
        set = element("fieldset", { class: "fields" }, element("legend", { text: t(group) }));
        this.form.append(set);
      }
      set.append(this.field(field));
    }
  }

  field({ name, steps, choices, label, help }) {
    const id = fieldId(name);
    const box = element("div", { class: "field" + (choices ? " plain" : ""), "data-name": name });
    box.append(element("label", { for: id, text: label[language] }));
    if (choices) {
      const select = element("select", { id, "aria-describedby": id + "-help " + id + "-error" });
      for (const [value, text] of choices) select.append(element("option", { value, text: TEXT[text] ? t(text) : text }));
      select.addEventListener("change", () => this.change(name, select.value));
      box.append(select);
    } else {
      const range = element("input", { type: "range", min: 0, max: steps.length - 1, step: 1, "aria-label": label[language] });
      const text = element("input", { type: "text", id, spellcheck: "false", autocomplete: "off", inputmode: "text", "aria-describedby": id + "-help " + id + "-error" });
      range.addEventListener("input", () => { text.value = steps[range.value]; range.setAttribute("aria-valuetext", text.value || t("none")); this.change(name, text.value); });
      text.addEventListener("input", () => this.change(name, text.value.trim()));
      box.append(range, text);
    }
    box.append(element("p", { class: "error", id: id + "-error", role: "alert" }), element("p", { class: "help", id: id + "-help", text: help[language] }));
    return box;
  }

  // Shows the values of a run, but for the field that somebody is writing in.
  show(run) {
    const values = run.experiment.values;
    for (const field of FIELDS) {
      const box = this.form.querySelector(`[data-name="${field.name}"]`), input = box.querySelector("input[type=text], select");
      let value = field.name.startsWith("sysctl:") ? String(run.server[SYSCTL_OF_SERVER[field.name.slice(7)]]) : values[field.name];
      if (Array.isArray(value)) value = value[0] || "";
      if (input !== document.activeElement || input.tagName === "SELECT") input.value = value;
      box.classList.toggle("changed", run.experiment.settings.some(setting => isSettingOf(field.name, setting)));
      const range = box.querySelector("input[type=range]");
      if (range && range !== document.activeElement) range.value = nearest(field.steps, value);
      if (range) range.setAttribute("aria-valuetext", value || t("none"));
    }
  }

  // A sentence beside each field that is wrong; returns the faults that have no field.
  faults(faults) {
    const others = [];
    for (const box of this.form.querySelectorAll(".field")) this.say(box, "");
    for (const [name, sentence] of faults) {
      const named = FIELDS.find(field => field.name === name || name === "sysctl" && field.name.startsWith("sysctl:") && sentence.includes(field.name.slice(7)));
      const box = named && this.form.querySelector(`[data-name="${named.name}"]`);
      if (box) this.say(box, sentence.replace(named.name.replace("sysctl:", "") + " ", ""));
      else others.push([name, sentence]);
    }
    return others;
  }

  say(box, sentence) {
    box.querySelector(".error").textContent = sentence;
    const input = box.querySelector("input[type=text], select");
    sentence ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
  }

  freeze() {
    for (const input of this.form.querySelectorAll("input, select")) input.disabled = true;
  }
}

// As a number, to find the slider's place for what was written: durations in nanoseconds.
function magnitude(text) {
  if (text === "never") return Infinity;
  const [, number, unit] = /^([\d.]+)([a-z]*)/.exec(text) || [0, "0", ""];
  return Number(number) * ({ ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 }[unit] || 1);
}

function nearest(steps, value) {
  const exact = steps.indexOf(value);
  if (exact >= 0) return exact;
  const wanted = magnitude(value.split(",").pop());
  let best = 0;
  steps.forEach((step, i) => { if (step !== "" && magnitude(step.split(",").pop()) <= wanted) best = i; });
  return best;
}
