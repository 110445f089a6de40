package io.halfopen.drill;

import io.halfopen.drill.Story.Answer;
import io.halfopen.drill.Story.Call;
import io.halfopen.drill.Story.Segment;
import io.halfopen.drill.Story.Step;
import io.halfopen.drill.Story.Wait;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.wire.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** A story told to one machine: what it sent, what its calls returned, its queues and counters after each step. */
final class StoryRun {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_STREAM = 1;
    private static final int IPPROTO_TCP = 6;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int TCP_SYNCNT = 7;
    private static final int TCP_DEFER_ACCEPT = 9;
    private static final int CLOSED = -1;
    private static final int FIRST_PORT = 40_000;
    private static final String ABORT_ON_OVERFLOW = "net.ipv4.tcp_abort_on_overflow";
    private static final long MILLISECOND = 1_000_000L;

    /**
     * A little time passes, so that the clock in initial sequence numbers moves, and so much of it that a kernel's own
     * haste or slowness does not change its mind: what it sends within a millisecond may be held back for the next ACK.
     */
    private static final long BETWEEN_STEPS = 10_000_000L;

    /** They count the packets of the host, which in a kernel are not only TCP's. */
    private static final Set<Counter> TRAFFIC = EnumSet.of(Counter.InReceives, Counter.InDelivers, Counter.OutRequests);

    /** Of IPv6 a kernel's own packets are among them. */
    private static final Set<Counter> OF_IP = EnumSet.of(Counter.InReceives, Counter.InDelivers, Counter.OutRequests);

    private final Story story;
    private final Machine machine;
    private final Settings settings;
    private final StoryScript script;
    private final StoryWatch watch;
    private final Pace pace;
    private final List<Pace.Span> spans = new ArrayList<>();
    private final List<StoryPeer> peers = new ArrayList<>();
    private final List<Integer> accepted = new ArrayList<>();

    /** What the script calls each of them. */
    private final List<Integer> named = new ArrayList<>();

    private int nextName = 4;
    private final List<List<String>> told = new ArrayList<>();
    private final long start;
    private Map<Counter, Long> before;
    private final Map<Counter, Long> atFirst;
    private long waited;

    /** When counters were read last. */
    private long counted;

    private int listener;
    private boolean listening = true;

    StoryRun(Story story, Machine machine, Settings settings) throws Stop {
        this(story, machine, settings, Set.of(), Pace.ITS_OWN);
    }

    /**
     * @param asserted what the script is to say beside packets and calls: poll, and names of counters and of fields of
     *     TCP_INFO
     * @param pace no step begins or ends before its time
     */
    StoryRun(Story story, Machine machine, Settings settings, Set<String> asserted, Pace pace) throws Stop {
        this.story = story;
        this.machine = machine;
        this.settings = settings;
        this.pace = pace;
        script = new StoryScript(story);
        watch = new StoryWatch(machine, script, asserted);
        for (int i = 0; i < StoryTeller.PEERS; i++) {
            String address = (story.ipv6() ? "2001:db8::1" : "192.0.2.1") + i;
            peers.add(new StoryPeer(IpAddress.parse(address), FIRST_PORT + i, settings.bindPort(), story.terms()));
        }
        for (Map.Entry<String, Integer> sysctl : story.sysctls().entrySet()) {
            machine.sysctl(sysctl.getKey(), sysctl.getValue().toString());
        }
        listen();
        before = machine.counters();
        atFirst = before;
        start = machine.now();
    }

    private void listen() throws Stop {
        listener = machine.socket(story.ipv6() ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
        machine.bind(listener, story.ipv6() ? IpAddress.ANY_V6 : IpAddress.ANY_V4, settings.bindPort());
        if (story.deferAccept() > 0) {
            setsockopt(TCP_DEFER_ACCEPT, "TCP_DEFER_ACCEPT", story.deferAccept());
        }
        machine.listen(listener, story.backlog());
    }

    /** The same as a script, with what this machine did as what is expected. */
    String script() {
        return script.text(story.watched());
    }

    /** What is put down of each step, in the order of the steps. */
    List<List<String>> told() {
        return told;
    }

    /** When its steps began and ended. */
    Pace pace() {
        return new Pace(spans);
    }

    List<StoryPeer> peers() {
        return peers;
    }

    /** Nanoseconds that its waits have taken so far. */
    long waited() {
        return waited;
    }

    void tell(Step step) throws Stop {
        List<String> lines = new ArrayList<>();
        Pace.Span due = pace.of(spans.size());
        advance(Math.max(machine.now() + BETWEEN_STEPS, start + due.begin()));
        long begin = machine.now() - start;
        script.act();
        switch (step) {
            case Segment segment -> send(peers.get(segment.peer()), peer -> peer.make(segment, waited / MILLISECOND));
            case Answer answer -> send(peers.get(answer.peer()), peer -> peer.answer(answer, waited / MILLISECOND));
            case Call call -> call(call, lines);
            case Wait wait -> {
                pass(wait.millis() * MILLISECOND);
                script.wait(wait);
            }
        }
        advance(start + due.end());
        long end = machine.now() - start;
        finish(lines, due);
        spans.add(new Pace.Span(begin, end, counted));
    }

    /** The last step takes so much longer; peers hear what is sent meanwhile, and answer that. */
    void linger(long nanos) throws Stop {
        pass(nanos);
        hear(new ArrayList<>());
    }

    /** Nothing is done; packets that timers send come meanwhile. */
    private void pass(long nanos) throws Stop {
        waited += nanos;
        advance(start + waited);
    }

    private void advance(long until) throws Stop {
        while (machine.now() < until) {
            machine.advance(until, false);
        }
    }

    private void finish(List<String> lines, Pace.Span due) throws Stop {
        hear(lines);
        lines.add(queues());
        advance(start + due.counted());
        Map<Counter, Long> now = machine.counters();
        counted = machine.now() - start;
        for (Counter counter : Counter.values()) {
            long change = now.getOrDefault(counter, 0L) - before.getOrDefault(counter, 0L);
            if (change != 0 && isCompared(counter)) {
                lines.add(counter + "+" + change);
            }
        }
        before = now;
        watch.counted(atFirst, now);
        if (story.watched()) {
            for (int i = 0; i < accepted.size(); i++) {
                watch.look(accepted.get(i), named.get(i), lines);
            }
        }
        told.add(lines);
    }

    private boolean isCompared(Counter counter) {
        if (counter == Counter.SyncookiesFailed && Uptime.isNearTheTurnOfJiffies()) {
            return false;
        }
        return story.watched() ? !(story.ipv6() && OF_IP.contains(counter)) : !TRAFFIC.contains(counter);
    }

    // ---- packets

    private void send(StoryPeer peer, Function<StoryPeer, TcpPacket> maker) throws Stop {
        TcpPacket packet = maker.apply(peer);
        script.sent(peer, packet);
        byte[] bytes = PacketBytes.tcp(packet, peer.address, peer.port, settings.local(), peer.localPort);
        machine.inject(bytes, 0);
    }

    /** By peer: between two of them the order may differ. */
    private void hear(List<String> lines) throws Stop {
        List<List<String>> heard = new ArrayList<>();
        peers.forEach(peer -> heard.add(new ArrayList<>()));
        for (Machine.Captured captured = machine.poll(); captured != null; captured = machine.poll()) {
            Sent sent = PacketBytes.parse(captured);
            for (int i = 0; sent != null && i < peers.size(); i++) {
                if (peers.get(i).is(sent.remote(), sent.remotePort())) {
                    heard.get(i).add("> peer " + i + ": " + peers.get(i).hear(sent.packet()));
                    script.heard(peers.get(i), sent.packet());
                }
            }
        }
        heard.forEach(lines::addAll);
    }

    // ---- calls

    private void call(Call call, List<String> lines) throws Stop {
        int at = accepted.isEmpty() ? -1 : call.on() % accepted.size();
        int fd = at < 0 ? -1 : accepted.get(at);
        String name = at < 0 ? "" : String.valueOf(named.get(at));
        switch (call.verb()) {
            case ACCEPT -> accept(lines);
            case CONNECT -> connect(peers.getFirst(), lines);
            case LISTEN ->
                result(lines, "listen(3, " + call.argument() + ")", machine.listen(listener, call.argument()));
            case SHUTDOWN_LISTENER ->
                result(lines, "shutdown(3, " + how(call) + ")", machine.shutdown(listener, call.argument()));
            case CLOSE_LISTENER -> {
                listening = false;
                int closing = listener;
                listener = CLOSED; // a kernel may give the number to another story's socket
                result(lines, "close(3)", machine.close(closing));
            }
            case DEFER_ACCEPT -> setsockopt(lines, TCP_DEFER_ACCEPT, "TCP_DEFER_ACCEPT", call.argument());
            case SYNCNT -> setsockopt(lines, TCP_SYNCNT, "TCP_SYNCNT", call.argument());
            case ABORT_ON_OVERFLOW -> {
                machine.sysctl(ABORT_ON_OVERFLOW, String.valueOf(call.argument()));
                script.sysctl(ABORT_ON_OVERFLOW, call.argument());
            }
            default -> {
                if (fd >= 0) {
                    callOn(call, fd, name, lines);
                }
            }
        }
    }

    private void callOn(Call call, int fd, String name, List<String> lines) throws Stop {
        int octets = call.argument();
        switch (call.verb()) {
            case READ -> result(lines, "read(" + name + ", ..., " + octets + ")", machine.receive(fd, octets, 0));
            case WRITE -> result(lines, "write(" + name + ", ..., " + octets + ")", machine.send(fd, octets, 0));
            case ERROR -> error(fd, name, lines);
            case SHUTDOWN ->
                result(lines, "shutdown(" + name + ", " + how(call) + ")", machine.shutdown(fd, call.argument()));
            default -> {
                named.remove(accepted.indexOf(fd));
                accepted.remove((Integer) fd);
                result(lines, "close(" + name + ")", machine.close(fd));
            }
        }
    }

    private static String how(Call call) {
        return switch (call.argument()) {
            case 0 -> "SHUT_RD";
            case 1 -> "SHUT_WR";
            default -> "SHUT_RDWR";
        };
    }

    private void accept(List<String> lines) throws Stop {
        int fd = machine.accept(listener);
        result(lines, "accept(3, ..., ...)", fd < 0 ? fd : nextName);
        if (fd >= 0) {
            accepted.add(fd);
            named.add(nextName++);
            if (story.watched()) {
                script.call("fcntl(" + named.getLast() + ", F_SETFL, O_RDWR|O_NONBLOCK) = 0");
            }
            TcpState state = machine.row(fd).state();
            int peer = machine.row(fd).remotePort() - FIRST_PORT;
            lines.add(state == TcpState.CLOSE ? "a peer that has gone" : "peer " + peer + ", " + state);
        }
    }

    /** From a port that the script can name. */
    private void connect(StoryPeer peer, List<String> lines) throws Stop {
        int fd = machine.socket(story.ipv6() ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
        int name = nextName++;
        accepted.add(fd);
        named.add(name);
        peer.localPort = settings.bindPort() + 1;
        result(lines, "socket(..., SOCK_STREAM, IPPROTO_TCP)", name);
        int bound = machine.bind(fd, story.ipv6() ? IpAddress.ANY_V6 : IpAddress.ANY_V4, peer.localPort);
        result(lines, "bind(" + name + ", " + sockaddr(settings.local(), peer.localPort) + ", ...)", bound);
        result(lines, "fcntl(" + name + ", F_SETFL, O_RDWR|O_NONBLOCK)", 0);
        int result = machine.connect(fd, peer.address, peer.port);
        result(lines, "connect(" + name + ", " + sockaddr(peer.address, peer.port) + ", ...)", result);
    }

    private static String sockaddr(IpAddress address, int port) {
        String family = address.isIpv4() ? "AF_INET" : "AF_INET6";
        return "{sa_family = " + family + ", sin_port = htons(" + port + "), sin_addr = inet_addr(\"" + address
                + "\")}";
    }

    private void error(int fd, String name, List<String> lines) throws Stop {
        byte[] value = new byte[Integer.BYTES];
        machine.getsockopt(fd, SOL_SOCKET, SO_ERROR, "SO_ERROR", value);
        int error = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
        String text = error == 0 ? "0" : Errno.name(-error);
        result(lines, "getsockopt(" + name + ", SOL_SOCKET, SO_ERROR, [" + text + "], [4])", 0);
    }

    private void setsockopt(List<String> lines, int number, String name, int value) throws Stop {
        int result = setsockopt(number, name, value);
        result(lines, "setsockopt(3, IPPROTO_TCP, " + name + ", [" + value + "], 4)", result);
    }

    private void result(List<String> lines, String call, int result) {
        String text = call + " = " + (result < 0 ? "-1 " + Errno.name(result) : result);
        lines.add(text);
        script.call(text);
    }

    private int setsockopt(int number, String name, int value) throws Stop {
        byte[] bytes = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
        return machine.setsockopt(listener, IPPROTO_TCP, number, name, bytes);
    }

    /** R, Q and B: half-open, queued, effective backlog. */
    private String queues() {
        if (!listening || machine.row(listener).state() != TcpState.LISTEN) {
            return "not listening";
        }
        ListenQueues queues = machine.queues(listener);
        return queues.synQueue() + " half-open, " + queues.acceptQueue() + " of " + queues.effectiveBacklog()
                + " queued";
    }
}
