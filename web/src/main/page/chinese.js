// What a run says in English, said in Chinese: the sentences of the presets, what happens, and an experiment in a sentence.

const PRESETS_ZH = {
  "listen-10-no-accept": "listen(10)，从不 accept()：connect() 照样成功",
  "listen-2": "listen(2)，六个客户端，20 秒后 accept()",
  "listen-0": "listen(0)，六个客户端，20 秒后 accept()",
  "listen-10": "listen(10)，六个客户端，20 秒后 accept()",
  "ab-backlog-1": "ab -n 4 -c 4 对 listen(1)，服务器每个连接占用 10 秒",
  "ab-abort-on-overflow": "ab -n 4 -c 4 对 listen(1)，tcp_abort_on_overflow=1：没有人被重置",
  "defer-accept": "TCP_DEFER_ACCEPT：三个客户端在 connect() 后 2 秒才发数据，那时才被 accept()",
  "defer-accept-silent": "TCP_DEFER_ACCEPT 10，三个客户端从不发数据：15 秒后被 accept()",
  "syn-flood": "每秒 1000 个无人完成的 SYN，加 20 个正常客户端：cookie 让他们进来",
  "syn-flood-no-cookies": "每秒 1000 个 SYN，没有 SYN cookie：正常客户端也被丢弃",
  "unp-overflow": "无人取走的满队列：书上说 connect() 以 ETIMEDOUT 失败",
  "nginx": "listen(511)；50 毫秒内 1,000 个客户端，停顿 2 秒",
  "tomcat": "acceptCount 100，一个接收线程，maxConnections 8192，200 个线程；50 毫秒内 1,000 个客户端，停顿 2 秒",
  "spring-boot": "自带的 Tomcat：accept-count 100，max-connections 8192；50 毫秒内 1,000 个客户端，停顿 2 秒",
  "netty": "backlog 取 net.core.somaxconn，4096；一个接收线程；50 毫秒内 1,000 个客户端，停顿 2 秒",
  "node": "listen(511)；50 毫秒内 1,000 个客户端，停顿 2 秒",
  "go": "backlog 取 net.core.somaxconn，4096；每个连接一个 goroutine；50 毫秒内 1,000 个客户端，停顿 2 秒",
  "kafka": "socket.listen.backlog.size 50，一个接收线程，3 个网络线程；50 毫秒内 1,000 个客户端，停顿 2 秒",
  "redis": "tcp-backlog 511，一个线程；50 毫秒内 1,000 个客户端，停顿 2 秒",
};

// What is told of a client or of the server; the first that fits.
const MOMENTS_ZH = [
  [/^listen\((.+)\): the accept queue holds (\d+)$/, "listen($1)：全连接队列容量 $2"],
  [/^TCP_DEFER_ACCEPT (\d+): waits (\d+) s for a client's data$/, "TCP_DEFER_ACCEPT $1：等待客户端数据 $2 秒"],
  [/^TCP_DEFER_ACCEPT (\d+): this kernel has none$/, "TCP_DEFER_ACCEPT $1：这个内核没有此选项"],
  [/^stands still for (.+) s$/, "停顿 $1 秒"],
  [/^is flooded: (\d+) SYNs a second from (\S+), for (.+) s$/, "遭遇洪水：每秒 $1 个来自 $2 的 SYN，持续 $3 秒"],
  [/^forgets a half-open connection$/, "忘掉一个半连接"],
  [/^forgets (\d+) half-open connections$/, "忘掉 $1 个半连接"],
  [/^the wire to the clients is cut$/, "通往客户端的线路中断"],
  [/^accept\(\)ed by the server$/, "被服务器 accept()"],
  [/^accept\(\)ed, but it has given up$/, "被 accept()，但它已经放弃"],
  [/^gives up connect\(\) after (.+) s$/, "$1 秒后放弃 connect()"],
  [/^connect\(\) = (\S+) at once$/, "connect() 立即返回 $1"],
  [/^connect\(\) = (\S+) after (.+) s$/, "$2 秒后 connect() 返回 $1"],
  [/^sends (\d+) B$/, "发送 $1 字节"],
  [/^close\(\), without an answer$/, "close()，没有得到应答"],
  [/^(SYN|SYN-ACK|ACK|FIN) again(.*)$/, "重发 $1$2"],
  [/^data \((\d+) B\)(.*)$/, "数据（$1 字节）$2"],
];

const OWN_ZH = [
  [/^backlog (\S+)$/, "backlog $1"], [/^([\d,]+) clients?$/, "$1 个客户端"], [/^([\d,]+) clients? in (.+)$/, "$2内 $1 个客户端"],
  [/^(\d+) every (.+)$/, "每 $2 来 $1 个"], [/^no accept\(\)$/, "从不 accept()"], [/^(\S+) accepts a second$/, "每秒 accept() $1 次"],
  [/^(\d+) workers?$/, "$1 个工作线程"], [/^(.+) each$/, "每个占用 $1"], [/^a pause of (.+) at (.+)$/, "在 $2 停顿 $1"],
];

function inChinese(table, text) {
  const entry = table.find(([pattern]) => pattern.test(text));
  return entry ? text.replace(entry[0], entry[1]) : text;
}

function momentText(what) { return language ? inChinese(MOMENTS_ZH, what) : what; }

function presetText(name, sentence) { return language && PRESETS_ZH[name] || sentence; }

// Commas divide it, but for those within a number.
function ownText(sentence) {
  if (!language) return sentence;
  return sentence.split(/, /).map(part => inChinese(OWN_ZH, part).replace(/(\d) ?ms/, "$1 毫秒").replace(/(\d) ?us/, "$1 微秒").replace(/(\d) s(?!\w)/, "$1 秒")).join("，");
}
