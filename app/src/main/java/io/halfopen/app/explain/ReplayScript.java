package io.halfopen.app.explain;

import io.halfopen.wire.TcpHeader;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes the packets of a connection with what makes a server behave like that. */
final class ReplayScript {
    /** These came about on the way, or by what was before: the server's part alone can be replayed. */
    static final Set<Cause> ELSEWHERE =
            EnumSet.of(Cause.SYN_LOST, Cause.ECN_FALLBACK, Cause.SYN_UNANSWERED, Cause.CONNECT_GAVE_UP, Cause.PAWS);

    /** The queue is full before the SYN comes. */
    private static final Set<Cause> FULL_BEFORE = EnumSet.of(Cause.ACCEPT_QUEUE_FULL);
    /** The queue is full once the SYN-ACK has been sent. */
    private static final Set<Cause> FULL_AFTER =
            EnumSet.of(Cause.FINAL_ACK_IGNORED, Cause.ABORT_ON_OVERFLOW, Cause.COOKIE_IGNORED);

    private static final Pattern MSS = Pattern.compile("mss (\\d+)");
    private static final int ETHERNET_MSS = 1460;
    private static final int BACKLOG = 2;
    private static final String FLOW = "50000>8080 ";
    private static final String BACK = "8080>50000 ";
    private static final double AT_ONCE = 0.02;

    private final PrintWriter out;
    private final Cause cause;
    private final List<PacketScript.Packet> packets;
    private final boolean full;
    private int fillers;
    private int descriptor = 3;
    private int connection = -1;
    private boolean receives;
    /** The number after the last octet that came, and that after the last that was read. */
    private int received;

    private int read;
    private boolean sends;
    private int sent;
    private boolean closed;

    ReplayScript(PrintWriter out, Cause cause, List<PacketScript.Packet> packets) {
        this.out = out;
        this.cause = cause;
        this.packets = packets;
        full = FULL_BEFORE.contains(cause) || FULL_AFTER.contains(cause);
    }

    void print() {
        preamble();
        int room = room();
        boolean synAck = false;
        for (int i = 0; i < packets.size(); i++) {
            PacketScript.Packet packet = packets.get(i);
            if (i == room) {
                acceptFillers();
            }
            if (packet.fromClient()) {
                inject(packet, i);
            } else {
                expect(packet);
                if (packet.isSynAck() && !synAck) {
                    synAck = true;
                    fillAfter();
                }
            }
        }
        if (full || cause == Cause.CONNECTED) {
            out.println("  +0 %{ assert unexpected_packets == 0 }%");
        }
    }

    /** A loopback has larger packets than a network. */
    private void mtu() {
        packets.stream()
                .filter(PacketScript.Packet::isSynAck)
                .map(packet -> MSS.matcher(packet.text()))
                .filter(Matcher::find)
                .mapToInt(mss -> Integer.parseInt(mss.group(1)))
                .filter(mss -> mss > ETHERNET_MSS)
                .findFirst()
                .ifPresent(mss -> out.println("--mtu=" + (mss + 40)));
    }

    private void preamble() {
        mtu();
        if (cause == Cause.SYN_COOKIE || cause == Cause.COOKIE_IGNORED) {
            out.println("   0 `sysctl -q net.ipv4.tcp_syncookies=2`");
        } else if (cause == Cause.SYN_QUEUE_FULL) {
            out.println("   0 `sysctl -q net.ipv4.tcp_syncookies=0`");
        } else if (cause == Cause.ABORT_ON_OVERFLOW) {
            out.println("   0 `sysctl -q net.ipv4.tcp_abort_on_overflow=1`");
        }
        out.println("  +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3");
        if (cause == Cause.PORT_CLOSED) {
            out.println("// nobody listens");
            return;
        }
        out.println("  +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0");
        out.println("  +0 bind(3, ..., ...) = 0");
        if (cause == Cause.DEFER_ACCEPT) {
            out.println("  +0 setsockopt(3, SOL_TCP, TCP_DEFER_ACCEPT, [" + deferred() + "], 4) = 0");
        }
        int backlog = cause == Cause.SYN_QUEUE_FULL ? 1 : full ? BACKLOG : 16;
        out.println("  +0 listen(3, " + backlog + ") = 0");
        if (FULL_BEFORE.contains(cause)) {
            out.println("// others who fill the accept queue");
            fill(BACKLOG + 1);
        } else if (FULL_AFTER.contains(cause)) {
            out.println("// others who are in the accept queue already");
            fill(BACKLOG);
        } else if (cause == Cause.SYN_QUEUE_FULL) {
            out.println("// another who fills the SYN queue");
            syn();
        }
    }

    /** The seconds after which the first repeated SYN-ACK came. */
    private int deferred() {
        double at = 0;
        double first = -1;
        for (PacketScript.Packet packet : packets) {
            at += packet.after();
            if (packet.isSynAck() && first >= 0) {
                return (int) Math.max(1, Math.round(at - first));
            }
            first = packet.isSynAck() ? at : first;
        }
        return 1;
    }

    private void fillAfter() {
        if (FULL_AFTER.contains(cause)) {
            out.println("// another one is faster");
            fill(1);
        }
    }

    private void syn() {
        fillers++;
        String port = String.valueOf(40_000 + fillers);
        out.println("  +0 < " + port + ">8080 S 0:0(0) win 65535 <mss 1460>");
        out.println("  +0 > 8080>" + port + " S. 0:0(0) ack 1 <...>");
    }

    private void fill(int count) {
        for (int i = 0; i < count; i++) {
            syn();
            out.println("  +0 < " + (40_000 + fillers) + ">8080 . 1:1(0) ack 1 win 65535");
        }
    }

    /** The client's packet at which there was room again; -1 if there never was. */
    private int room() {
        int trigger = -1;
        for (int i = 0; full && i < packets.size(); i++) {
            PacketScript.Packet packet = packets.get(i);
            trigger = packet.fromClient() ? i : trigger;
            boolean answer = FULL_BEFORE.contains(cause) || !packet.isSynAck();
            if (!packet.fromClient() && answer && !packet.has(TcpHeader.RST)) {
                return trigger;
            }
        }
        return -1;
    }

    private void acceptFillers() {
        out.println("// now there is room");
        for (int i = 0; i < fillers; i++) {
            descriptor++;
            out.println("  +0 accept(3, ..., ...) = " + descriptor);
        }
    }

    private void inject(PacketScript.Packet packet, int index) {
        boolean lost = packet.isSyn() && ELSEWHERE.contains(cause) && !isAnswered(index);
        out.println((lost ? "// it did not arrive: " : "")
                + String.format(Locale.ROOT, "%+.6f < ", packet.after())
                + FLOW
                + packet.text()
                + (packet.remark().isEmpty() ? "" : "  // " + packet.remark()));
        if (!lost && !packet.isSyn() && !packet.has(TcpHeader.RST)) {
            int end = packet.seq() + packet.payload();
            read = receives ? read : packet.seq();
            received = receives && end - received <= 0 ? received : end;
            receives = true;
        }
    }

    /** Before the next SYN. */
    private boolean isAnswered(int index) {
        for (int i = index + 1; i < packets.size(); i++) {
            if (!packets.get(i).fromClient()) {
                return true;
            }
            if (packets.get(i).isSyn()) {
                return false;
            }
        }
        return false;
    }

    private void expect(PacketScript.Packet packet) {
        List<String> calls = calls(packet);
        double after = packet.after();
        boolean timer = after >= AT_ONCE && calls.isEmpty();
        for (int i = 0; i < calls.size(); i++) {
            boolean wait = i == 0 && after >= AT_ONCE;
            out.println((wait ? String.format(Locale.ROOT, "%+.6f ", after) : "  +0 ") + calls.get(i));
        }
        String when =
                timer ? String.format(Locale.ROOT, "+%.3f~+%.3f", after * 0.8 - 0.01, after * 1.2 + 0.05) : "  +0";
        out.println(when + " > " + BACK + packet.text() + (packet.remark().isEmpty() ? "" : "  // " + packet.remark()));
    }

    /** Whether it is sent for the first time. */
    private boolean isNew(PacketScript.Packet packet) {
        int end = packet.seq() + packet.payload() + (packet.has(TcpHeader.FIN) ? 1 : 0);
        boolean fresh = !sends || end - sent > 0;
        if (fresh && !packet.has(TcpHeader.RST)) {
            sent = end;
            sends = true;
        }
        return fresh;
    }

    /** What the program does before the server sends such a packet. */
    private List<String> calls(PacketScript.Packet packet) {
        List<String> calls = new ArrayList<>();
        boolean data = packet.payload() > 0;
        boolean fin = packet.has(TcpHeader.FIN);
        boolean reset = packet.has(TcpHeader.RST) && packet.has(TcpHeader.ACK) && cause != Cause.PORT_CLOSED;
        boolean program = (data || fin) && isNew(packet) || reset;
        if (packet.isSynAck() || !program || closed) {
            return calls;
        }
        if (connection < 0) {
            descriptor++;
            connection = descriptor;
            calls.add("accept(3, ..., ...) = " + connection);
        }
        // what the server has not acknowledged it has not got
        int unread = receives ? (packet.ack() - received < 0 ? packet.ack() : received) - read : 0;
        if (unread > 0 && !reset) {
            calls.add("read(" + connection + ", ..., " + unread + ") = " + unread);
            read += unread;
        }
        if (data) {
            calls.add("write(" + connection + ", ..., " + packet.payload() + ") = " + packet.payload());
        }
        if (reset && unread <= 0) {
            calls.add("setsockopt(" + connection + ", SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0");
        }
        if (fin || reset) {
            closed = true;
            calls.add("close(" + connection + ") = 0");
        }
        return calls;
    }
}
