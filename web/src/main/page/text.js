// Every sentence of the page, in English and Chinese.
const TEXT = {
  skip: ["Skip to the picture", "跳到图示"],
  tagline: ["What happens to a connection before accept() returns it: a real TCP stack, running in this page.", "accept() 返回之前，连接经历了什么：本页里运行着一个真正的 TCP 协议栈。"],
  tools: ["Tools", "工具"], copyLink: ["Copy link", "复制链接"], copyCommand: ["Copy as command", "复制为命令"],
  copied: ["Copied: ", "已复制："], notCopied: ["Copy it from here: ", "请从这里复制："],
  language: ["中文", "English"], dark: ["Dark", "深色"], light: ["Light", "浅色"],
  experiment: ["Experiment", "实验"], own: ["Your own experiment", "自己的实验"], articles: ["The articles' experiments", "文章里的实验"], servers: ["Servers that people run", "常见的服务器"],
  picture: ["The two queues", "两个队列"], player: ["Playback", "回放"], first: ["To the beginning", "回到开头"], back: ["One event back", "后退一个事件"], next: ["One event on", "前进一个事件"],
  play: ["▶ Play", "▶ 播放"], pause: ["❚❚ Pause", "❚❚ 暂停"], scrub: ["Time since listen()", "listen() 之后的时间"],
  time: ["Over time", "随时间变化"], zoom: ["Zoom", "缩放"], zoomIn: ["Zoom in", "放大"], zoomOut: ["Zoom out", "缩小"], zoomAll: ["All", "全部"],
  lanes: ["One lane for each client", "每个客户端一条线"], client: ["Client", "客户端"], asTable: ["The clients as a table", "以表格列出客户端"],
  ladder: ["Packets of client {0}", "客户端 {0} 的报文"], ladderHint: ["As the server's interface sees them; numbers count from each side's SYN. What comes after the time chosen above is grey.", "以服务器网卡所见为准；序号从各自的 SYN 起算。所选时刻之后的报文显示为灰色。"],
  theClient: ["client", "客户端"], theServer: ["server", "服务器"], noPackets: ["No packet of this client was seen.", "没有看到这个客户端的报文。"], floodPackets: ["The flood's own packets are counted, not drawn.", "洪水报文只计数，不画出。"],
  controls: ["Change something", "改一改"], controlsHint: ["Every change runs the experiment again, at once. The link has it, too.", "每次改动都会立即重新运行实验，链接也随之更新。"],
  measured: ["This run was measured on a real kernel: it cannot be changed here.", "这次运行是在真实内核上测得的，不能在这里改动。"],
  compare: ["Kernels side by side", "不同内核对照"], compareHint: ["The same experiment on each kernel that the stack imitates. ≠ marks what is not as in the first column.", "同一实验在各个内核上的结果。≠ 表示与第一列不同。"],
  counters: ["What the kernel counted", "内核计数器"], countersHint: ["What nstat would show at the end, and the reason of every drop.", "实验结束时 nstat 会显示的数值，以及每个丢包的原因。"],
  words: ["The words", "名词"], footer: ["Halfopen: a TCP stack whose connect, listen and accept path is Linux's. This file needs no network.", "Halfopen：连接、监听与接受路径与 Linux 一致的 TCP 协议栈。本文件无需联网。"],
  says: ["What is said", "文章怎么说"], happens: ["What happens", "实际发生了什么"], why: ["Why", "为什么"], tryIt: ["Try it yourself", "自己试试"], source: ["Source", "出处"],
  atOnce: ["connected at once", "立即连上"], later: ["connected later", "稍后连上"], never: ["connect() failed", "connect() 失败"], waitingEnd: ["still in connect()", "仍在 connect()"], accepted: ["accepted", "被 accept()"], dropped: ["dropped", "丢弃"], slowest: ["the slowest connect()", "最慢的 connect()"], of: ["of {0}", "共 {0}"],
  outside: ["Outside", "在外等待"], outsideNote: ["SYN sent, and the server keeps nothing of it", "已发 SYN，服务器什么也没保留"],
  believe: ["{0} of them believe that they are connected: their connect() has returned, and the server has nothing", "其中 {0} 个以为已连上：connect() 已返回，而服务器什么也没有"],
  half: ["SYN queue", "半连接队列"], halfNote: ["SYN-ACK sent; the last ACK is missing", "已发 SYN-ACK，等待最后的 ACK"],
  queued: ["Accept queue", "全连接队列"], queuedNote: ["handshake done; waits for accept()", "握手完成，等待 accept()"],
  served: ["Accepted", "已被 accept()"], servedNote: ["the program has it", "已交给程序"],
  done: ["Done", "已结束"], failed: ["Failed", "失败"], full: ["full", "已满"], more: ["+{0}", "+{0}"], nobody: ["nobody", "无"], droppedSoFar: ["Dropped so far:", "目前丢弃："], nothingDropped: ["Nothing dropped so far.", "目前没有丢包。"], flooded: ["and {0} of the flood", "以及洪水 {0} 个"],
  linuxAccept: ["min(backlog {0}, somaxconn {1}) + 1 = {2}", "min(backlog {0}, somaxconn {1}) + 1 = {2}"],
  bookAccept: ["backlog {0} × 3/2 + 1 = {2}, for both queues together", "backlog {0} × 3/2 + 1 = {2}，两个队列合计"],
  sameSyn: ["no more than the backlog: {0} + 1 = {1}", "不超过 backlog：{0} + 1 = {1}"],
  oldSyn: ["a power of two above max(8, min({0}, tcp_max_syn_backlog {2})): {1}", "大于 max(8, min({0}, tcp_max_syn_backlog {2})) 的 2 的幂：{1}"],
  cookiesOn: ["full: SYN cookies go on", "满时：启用 SYN cookie"], cookiesAlways: ["SYN cookies always", "始终用 SYN cookie"], cookiesOff: ["full: SYNs are dropped", "满时：丢弃 SYN"],
  chartAccept: ["accept queue", "全连接队列"], chartSyn: ["SYN queue", "半连接队列"], chartHolds: ["holds {0}", "容量 {0}"], chartEvents: ["events", "事件"],
  signSyn: ["SYN answered", "SYN 得到应答"], signDrop: ["dropped", "被丢弃"], signConnect: ["connect() returned", "connect() 返回"], signAccept: ["accept() returned", "accept() 返回"], signReset: ["reset", "被重置"],
  chartLabel: ["Queue lengths over time: accept queue at most {0} of {1}, SYN queue at most {2}; {3} packets dropped.", "队列长度随时间变化：全连接队列最多 {0}/{1}，半连接队列最多 {2}；丢弃 {3} 个报文。"], lanesLabel: ["What became of {0} clients. The table below has the same.", "{0} 个客户端的经历，下面的表格内容相同。"],
  colClient: ["client", "客户端"], colConnect: ["connect()", "connect()"], colAfter: ["after", "耗时"], colSyns: ["SYNs", "SYN 数"], colAccepted: ["accepted after", "accept() 用时"], colOutcome: ["outcome", "结果"], notAccepted: ["never", "从未"],
  theServerDoes: ["server", "服务器"], someClients: ["client {0}", "客户端 {0}"], manyClients: ["clients {0}", "客户端 {0}"], andMore: ["{0} and {1} more", "{0} 等共多 {1} 个"], beginning: ["Before anything happens.", "一切尚未发生。"],
  rows: { atOnce: ["connect() at once", "立即连上"], later: ["connect() later", "稍后连上"], last: ["the slowest after", "最慢用时"], failed: ["connect() failed", "connect() 失败"], accepted: ["accepted", "被 accept()"], acceptPeak: ["accept queue, peak", "全连接队列峰值"], synPeak: ["SYN queue, peak", "半连接队列峰值"], drops: ["dropped or ignored", "丢弃或忽略"], overflows: ["ListenOverflows", "ListenOverflows"], listenDrops: ["ListenDrops", "ListenDrops"], ended: ["ended after", "结束于"] },
  seconds: ["s", "秒"], loopback: ["loopback", "本机回环"], rttOf: ["round trip {0}", "往返 {0}"], changedFrom: ["changed from {0}", "由 {0} 改动而来"], ruleDecided: ["decided in {0}", "在 {0} 中决定"], counts: ["counts {0}", "计入 {0}"], none: ["none", "无"],
  groupServer: ["The server", "服务器"], groupClients: ["The clients", "客户端"], groupNetwork: ["The network", "网络"], groupKernel: ["The kernel", "内核"],
  broken: ["This page cannot run the stack here: {0}", "本页无法在此运行协议栈：{0}"], unknownSetting: ["{0} {1}", "{0} {1}"], running: ["Running…", "运行中…"], recordedOn: ["recorded on {0}", "记录于 {0}"],
  liveTitle: ["halfopen serve, live", "halfopen serve 实时"], liveLost: ["halfopen ui does not answer; trying again.", "halfopen ui 没有响应，正在重试。"], liveEnded: ["has ended, after {0}", "已结束，运行了 {0}"], liveSince: ["for {0} now", "已运行 {0}"], liveAccepted: ["{0} accepted", "已 accept() {0} 个"], livePeak: ["peak {0}", "峰值 {0}"],
  liveChart: ["the last minute, up to {0}", "最近一分钟，最高 {0}"], liveLast: ["The last packets dropped", "最近丢弃的报文"], liveAt: ["at", "时间"], livePacket: ["packet", "报文"], liveRule: ["rule", "规则"], on: ["on", "开"], off: ["off", "关"], always: ["always", "始终"], whenFull: ["when full", "满时"],
};

// One sentence for each term.
const WORDS = [
  ["backlog", "The number that a program gives listen(). On Linux it bounds each of the two queues, with one to spare.", "程序传给 listen() 的数。在 Linux 上它限制两个队列各自的长度，还多留一个。"],
  ["somaxconn", "net.core.somaxconn: the most that a backlog can be. 4096 since Linux 5.4, 128 before.", "net.core.somaxconn：backlog 的上限。Linux 5.4 起为 4096，之前为 128。"],
  ["SYN queue", "Handshakes under way: the SYN was answered, and the last ACK has not come. Their state is SYN_RECV.", "进行中的握手：SYN 已应答，最后的 ACK 未到。状态为 SYN_RECV。", "半连接队列"],
  ["accept queue", "Finished connections that wait until the program calls accept().", "已完成、等待程序调用 accept() 的连接。", "全连接队列"],
  ["SYN, SYN-ACK, ACK", "The three packets of a handshake: may I, you may and may I, you may. The kernels do this, not the programs.", "三次握手的三个报文，由内核完成，而不是程序。"],
  ["SYN cookie", "An answer to a SYN that is not kept: all that must be remembered is in the sequence number, and comes back with the ACK.", "不保存状态的 SYN 应答：要记住的都编码在序号里，随 ACK 带回。"],
  ["ListenOverflows", "How often a SYN or a last ACK found the accept queue full.", "SYN 或最后的 ACK 遇到全连接队列已满的次数。"],
  ["ListenDrops", "The same, and SYNs that were dropped for any other reason.", "同上，并包含因其他原因丢弃的 SYN。"],
  ["retransmission", "A SYN without an answer is sent again after a second, and again. That is why connects take whole seconds.", "没有应答的 SYN 一秒后重发，再重发。所以连接慢起来总是整秒。", "重传"],
  ["tcp_abort_on_overflow", "With 1, a last ACK that finds the accept queue full is answered by a reset instead of being ignored.", "为 1 时，最后的 ACK 遇到全连接队列已满会收到 RST，而不是被忽略。"],
  ["TCP_DEFER_ACCEPT", "An option of the listener: a connection comes to accept() only with its first data.", "监听套接字的选项：有数据到达后连接才交给 accept()。"],
  ["round-trip time", "How long a packet to the other side and its answer take. 0 here means one machine: the loopback.", "报文往返所需时间。这里 0 表示同一台机器（回环）。", "往返时间"],
];

let language = 0;

// A sentence, with {0} and so on replaced.
function t(key, ...values) {
  const entry = key.split(".").reduce((at, name) => at && at[name], TEXT);
  if (!entry) throw new Error("no text " + key);
  return entry[language].replace(/\{(\d)\}/g, (all, index) => values[index]);
}

function setLanguage(index) {
  language = index;
  document.documentElement.lang = index ? "zh-CN" : "en";
  for (const each of document.querySelectorAll("[data-t]")) each.textContent = t(each.dataset.t);
  for (const each of document.querySelectorAll("[data-t-label]")) {
    each.setAttribute("aria-label", t(each.dataset.tLabel));
    each.title = t(each.dataset.tLabel);
  }
}

// What the rules of the listen path say, for readers of Chinese; English comes with the run.
const RULES_ZH = {
  SYN_ANSWERED: "已发 SYN-ACK，握手进入半连接", ACCEPT_QUEUE_FULL: "全连接队列已满：丢弃 SYN", SYN_QUEUE_FULL: "半连接队列已满：丢弃 SYN",
  SYN_COOKIE_SENT: "半连接队列已满：用 cookie 应答，不保留状态", COOKIE_ACCEPTED: "cookie 有效：进入全连接队列", COOKIE_ACK_IGNORED: "全连接队列已满：忽略 cookie",
  FINAL_ACK_ACCEPTED: "握手完成，等待 accept()", FINAL_ACK_IGNORED: "全连接队列已满：忽略最后的 ACK", FINAL_ACK_RESET: "全连接队列已满且 tcp_abort_on_overflow=1：RST",
  FINAL_ACK_DEFERRED: "TCP_DEFER_ACCEPT：没有数据的 ACK 还不够", SYN_DUPLICATE: "SYN 重发：再次应答 SYN-ACK", SYN_ACK_RETRANSMITTED: "SYN-ACK 重传", HALF_OPEN_EXPIRED: "半连接超时，被遗忘",
  BERKELEY_QUEUES_FULL: "两个队列合计达到 3/2 backlog + 1", SYN_BACKLOG_RESERVED: "tcp_max_syn_backlog 的最后四分之一留给可信的对端", SYN_SENT_ESTABLISHED: "收到 SYN-ACK：connect() 完成",
  COOKIE_ACCEPT_QUEUE_FULL: "两个队列都满：丢弃 SYN", ACK_ACCEPTED: "ACK", DATA_ACCEPTED: "按序到达的数据", LISTENER_ACK_RESET: "不属于任何握手的 ACK：RST", RST_ACCEPTED: "对端重置了连接",
};

function ruleSentence(run, name) {
  const rule = run.rules[name];
  return (language && RULES_ZH[name]) || (rule ? rule[1] : "");
}

// A time in seconds, as the command line prints it.
function seconds(nanos, digits = 3) {
  return (nanos / 1e9).toFixed(digits) + " " + t("seconds");
}

function count(number) {
  return number.toLocaleString(language ? "zh-CN" : "en-US");
}
