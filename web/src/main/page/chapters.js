// What each experiment teaches: what is said, why it is as it is, and what to try. What happens is told from the run.
const QUEUES_SAID = ["The article: with listen(2) and six clients some connect() calls return at once and some clearly later; the book it quotes says that those beyond the queue time out.", "文章说：listen(2) 加六个客户端，有的 connect() 立即返回，有的明显延迟；它引用的书则说超出队列的会超时。"];
const CHAPTERS = {
  "listen-2": {
    says: QUEUES_SAID,
    why: ["The accept queue holds backlog + 1 = 3. While it is full Linux drops a new SYN and says nothing. The client sends it again, every second at first: the first repetition after accept() has made room, at 21 s, gets in.", "全连接队列容量为 backlog + 1 = 3。队列满时 Linux 默默丢弃新的 SYN。客户端开始每秒重发一次：accept() 腾出位置之后的第一次重发（第 21 秒）才得以进入。"],
    tries: [[["A backlog of 10", "backlog 改为 10"], [["backlog", "10"]]], [["On Linux 3.10", "换成 Linux 3.10"], [["kernel", "3.10"]]], [["Accept after 5 s", "5 秒后就 accept()"], [["accept-after", "5s"]]]],
  },
  "listen-0": {
    says: ["The article: with listen(0) every connect() succeeds, some after a delay, but accept() cannot fetch all of them.", "文章说：listen(0) 时所有 connect() 都成功，有些会延时，但 accept() 取不出全部连接。"],
    why: ["A backlog of 0 still holds one. Linux 6.18 drops SYNs until there is room, so whoever connects is also accepted. Linux 3.10 answered SYNs while the queue was full, then ignored the last ACK: the client believed that it was connected, and the server did not have it. That is what the article saw.", "backlog 为 0 仍能容纳一个。Linux 6.18 在没有位置时丢弃 SYN，所以连上的都会被 accept()。Linux 3.10 在队列满时仍会应答 SYN，却忽略最后的 ACK：客户端以为连上了，服务器却没有。这就是文章看到的现象。"],
    tries: [[["As the article had it: 3.10", "文章当时的内核：3.10"], [["kernel", "3.10"]]], [["By the book", "按书上的做法"], [["kernel", "unp"]]], [["A backlog of 2", "backlog 改为 2"], [["backlog", "2"]]]],
  },
  "listen-10": {
    says: ["The article: with a backlog above the number of clients, connect() and accept() return at once for all.", "文章说：backlog 大于客户端数时，connect() 和 accept() 都立即返回。"],
    why: ["There are eleven places for six clients. Nobody waits for room, only for accept().", "六个客户端有十一个位置，没有人等位置，只等 accept()。"],
    tries: [[["Twelve clients", "十二个客户端"], [["clients", "12"]]], [["Cut by somaxconn = 2", "somaxconn 限为 2"], [["sysctl", "net.core.somaxconn=2"]]]],
  },
  "listen-10-no-accept": {
    says: ["The article: connect() only asks the kernel; the kernel does the handshake, and no accept() is needed for it.", "文章说：connect() 只是通知内核，握手由内核完成，不需要 accept()。"],
    why: ["The handshake is between two kernels. accept() only takes a finished connection out of the queue.", "握手发生在两个内核之间。accept() 只是从队列中取出已完成的连接。"],
    tries: [[["Twenty clients, nobody accepts", "二十个客户端，无人 accept()"], [["clients", "20"], ["for", "10s"]]]],
  },
  "ab-backlog-1": {
    says: ["The article: ab -n 4 -c 4 against listen(1). On its CentOS 7 two queue up, and a third is half-open while its last ACK is ignored.", "文章说：ab -n 4 -c 4 对 listen(1)。在它的 CentOS 7 上两个排队，第三个停在半连接，最后的 ACK 被忽略。"],
    why: ["The server keeps each connection for 10 s, so the queue of two stays full. On 6.18 the SYN itself waits outside, and is sent again until there is room.", "服务器每个连接占用 10 秒，容量为二的队列一直是满的。在 6.18 上 SYN 本身被挡在外面，不断重发直到有位置。"],
    tries: [[["On Linux 3.10, as in the article", "文章的 Linux 3.10"], [["kernel", "3.10"]]], [["Two workers", "两个工作线程"], [["workers", "2"]]]],
  },
  "ab-abort-on-overflow": {
    says: ["The article: with tcp_abort_on_overflow=1 a client is reset right after its handshake.", "文章说：tcp_abort_on_overflow=1 时，握手后客户端立刻收到 RST。"],
    why: ["Only a last ACK can be answered by that reset, and 6.18 lets no SYN in while the queue is full: so nobody is reset. On 3.10 one is.", "只有最后的 ACK 会触发这个 RST，而 6.18 在队列满时不放 SYN 进来，所以没有人被重置。3.10 上会有。"],
    tries: [[["On Linux 3.10: a reset", "Linux 3.10：有 RST"], [["kernel", "3.10"]]], [["6.18, and a network between", "6.18，隔着网络"], [["rtt", "100ms"], ["every", "60ms"]]]],
  },
  "defer-accept": {
    says: ["The article: with TCP_DEFER_ACCEPT a connection stays in the SYN queue until data comes.", "文章说：设置 TCP_DEFER_ACCEPT 后，连接留在半连接队列，直到数据到来。"],
    why: ["The last ACK without data is not enough. It is dropped, and the data that follows two seconds later completes the handshake: accept() has something to read at once.", "没有数据的最后一个 ACK 还不够，被丢弃；两秒后到来的数据完成握手，accept() 一返回就有数据可读。"],
    tries: [[["Without the option", "不设此选项"], [["defer", "0"]]], [["Clients that never send", "从不发数据的客户端"], [["send-after", "never"]]]],
  },
  "defer-accept-silent": {
    says: ["The article: clients that never send are accepted all the same, once the time of TCP_DEFER_ACCEPT is over.", "文章说：从不发数据的客户端，等 TCP_DEFER_ACCEPT 的时间过后也会被 accept()。"],
    why: ["10 s are rounded up to retransmissions of the SYN-ACK: 1, 2, 4 and 8 s. The ACK of the one at 15 s is taken without data.", "10 秒按 SYN-ACK 的重传取整：1、2、4、8 秒。第 15 秒那次的 ACK 无需数据即被接受。"],
    tries: [[["3 seconds", "3 秒"], [["defer", "3"]]], [["On Linux 3.10", "Linux 3.10"], [["kernel", "3.10"]]]],
  },
  "syn-flood": {
    says: ["The article: a flood of SYNs that nobody completes fills the SYN queue; with SYN cookies new connections are not affected.", "文章说：无人完成的 SYN 洪水填满半连接队列；启用 SYN cookie 后新连接不受影响。"],
    why: ["Once the queue is full every SYN is answered by a cookie and nothing is kept. An honest client brings its cookie back with the ACK, and gets in.", "队列满后每个 SYN 都用 cookie 应答，不保存任何状态。正常客户端的 ACK 带回 cookie，于是进入。"],
    tries: [[["Without cookies", "关闭 cookie"], [["sysctl", "net.ipv4.tcp_syncookies=0"]]], [["A larger backlog, no cookies", "更大的 backlog，关闭 cookie"], [["backlog", "4096"], ["sysctl", "net.ipv4.tcp_syncookies=0"]]]],
  },
  "syn-flood-no-cookies": {
    says: ["The article: without SYN cookies the server accepts no new connections once the queue is full.", "文章说：没有 SYN cookie，队列满后服务器不再接受新连接。"],
    why: ["The flood takes each place that becomes free, a thousand times a second: next to no honest SYN finds one.", "洪水每秒一千次抢占空出的位置，正常的 SYN 几乎找不到。"],
    tries: [[["With cookies", "启用 cookie"], [["sysctl", "net.ipv4.tcp_syncookies=1"]]], [["A tenth of the flood", "十分之一的洪水"], [["flood", "100"]]]],
  },
  "unp-overflow": {
    says: ["UNIX Network Programming: with full queues a SYN is not answered, and connect() fails with ETIMEDOUT.", "《UNIX 网络编程》：队列满时不应答 SYN，connect() 以 ETIMEDOUT 失败。"],
    why: ["Berkeley's one limit is for the sum of both queues: backlog × 3/2 + 1. Nobody accepts, so there is never room; its clients give up after 75 s.", "伯克利实现只有一个限制，管两个队列之和：backlog × 3/2 + 1。没人 accept()，位置永远不空；客户端 75 秒后放弃。"],
    tries: [[["On Linux 6.18", "Linux 6.18"], [["kernel", "6.18"]]], [["On Linux 3.10", "Linux 3.10"], [["kernel", "3.10"]]]],
  },
};
const SERVER_CHAPTER = {
  says: ["This server as its own documentation has it, and the same trouble for all: 1,000 clients in 50 ms while it stands still for two seconds.", "按官方文档默认配置的服务器，遭遇同样的麻烦：它停顿两秒时，50 毫秒内来了一千个客户端。"],
  why: ["While a program pauses, the kernel goes on: it connects as many as the accept queue holds. The others' SYNs are dropped, and come again after a second or more.", "程序停顿时内核照常工作：全连接队列能放多少就连上多少。其余 SYN 被丢弃，一秒或更久后再来。"],
  tries: [[["A backlog of 50", "backlog 50"], [["backlog", "50"]]], [["A backlog of 4096", "backlog 4096"], [["backlog", "4096"]]], [["A pause of half a second", "只停半秒"], [["pause", "500ms,500ms"]]]],
};
const OWN_CHAPTER = {
  says: ["An experiment of your own. Change something on the left, and see what becomes of it.", "你自己的实验。改动左边的设置，看看结果。"],
  why: ["Click a client to see its packets: each has the rule that decided about it.", "点击一个客户端查看它的报文：每个都注明了决定其命运的规则。"],
  tries: [[["A burst of 500 clients", "500 个客户端突然到来"], [["backlog", "128"], ["clients", "500"], ["every", "100us"], ["accept-rate", "200"], ["rtt", "20ms"]]], [["A smaller backlog", "更小的 backlog"], [["backlog", "5"]]]],
};

const SERVED_CHAPTER = {
  says: ["What halfopen serve did, for real clients: as its own interface saw it. A client begins with its first SYN, and is connected when it acknowledges the answer.", "halfopen serve 为真实客户端所做的一切，以它自己的网卡所见为准。客户端从第一个 SYN 算起，确认应答后即为已连接。"],
  why: ["Click a client to see its packets: each has the rule that decided about it.", "点击一个客户端查看它的报文：每个都注明了决定其命运的规则。"],
  tries: [],
};

function chapterOf(preset, isArticle) {
  return CHAPTERS[preset] || (preset && !isArticle ? SERVER_CHAPTER : OWN_CHAPTER);
}

// What happened, in a sentence or two made of the run's own numbers.
function whatHappened(run) {
  const o = run.outcome, n = o.clients, parts = [];
  const failed = Object.entries(o.failed);
  if (language) {
    parts.push(`${n} 个客户端中，${o.atOnce} 个立即连上` + (o.later ? `，${o.later} 个稍后连上，最慢 ${seconds(o.connect[2])}` : "") + "。");
    if (failed.length) parts.push(failed.map(([name, times]) => `${times} 个以 ${name} 失败`).join("，") + "。");
    if (o.waiting) parts.push(`${o.waiting} 个到最后仍在 connect()。`);
    parts.push(`服务器 accept() 了 ${o.accepted} 个` + (o.unaccepted ? `；${o.unaccepted} 个连上却从未被接受` : "") + "。");
  } else {
    parts.push(`${count(o.atOnce)} of ${count(n)} connect at once` + (o.later ? `, ${count(o.later)} later, the slowest after ${seconds(o.connect[2])}` : "") + ".");
    if (failed.length) parts.push(failed.map(([name, times]) => `${count(times)} ${times === 1 ? "fails" : "fail"} with ${name}`).join(", ") + ".");
    if (o.waiting) parts.push(`${count(o.waiting)} ${o.waiting === 1 ? "is" : "are"} still in connect() at the end.`);
    parts.push(`The server accepts ${count(o.accepted)}` + (o.unaccepted ? `; ${count(o.unaccepted)} connected and ${o.unaccepted === 1 ? "was" : "were"} never accepted` : "") + ".");
  }
  return parts.join(" ");
}
