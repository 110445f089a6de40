package io.halfopen.app.explain;

import io.halfopen.app.capture.TcpView;
import io.halfopen.wire.TcpHeader;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * One connection as a script in packetdrill's language, from the server's point of view, so that it can be replayed on
 * the stack or on a kernel: what the client sent is injected, what the server sent is expected, and the calls and other
 * clients that make the server do so are put in between, as the finding has it.
 */
final class PacketScript implements Explainer.Watcher {
    private static final int MOST = 200;

    /**
     * A packet, as it is to be written.
     *
     * @param after seconds since the one before
     */
    record Packet(
            double after, boolean fromClient, int flags, int seq, int ack, int payload, String text, String remark) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        boolean isSyn() {
            return has(TcpHeader.SYN) && !has(TcpHeader.ACK);
        }

        boolean isSynAck() {
            return has(TcpHeader.SYN) && has(TcpHeader.ACK);
        }
    }

    private final List<Packet> packets = new ArrayList<>();
    private long before = Long.MIN_VALUE;

    @Override
    public void onPacket(long time, Conversation of, TcpView view, String remark) {
        if (packets.size() >= MOST || of.icmpType >= 0 || remark.equals(Conversation.TWO_CAPTURES)) {
            return;
        }
        boolean fromClient = of.isFromClient(view);
        double after = before == Long.MIN_VALUE ? 0 : (time - before) / 1e9;
        before = time;
        String text = Ladder.text(of, view);
        packets.add(new Packet(
                Math.max(0, after),
                fromClient,
                view.flags,
                view.seq,
                view.ack,
                view.payload,
                (fromClient ? text : text.replaceAll(" win \\d+$", ""))
                        + OptionText.of(view.options(), fromClient ? of.fromServer.isn : of.fromClient.isn),
                remark));
    }

    void print(PrintWriter out, Conversation conversation, Finding why) {
        out.println("// " + conversation.client + " to " + conversation.server + ", from a capture");
        out.println("// " + why.sentence());
        if (!conversation.server.address().isIpv4()) {
            out.println("--ip_version=ipv6");
        }
        new ReplayScript(out, why.cause(), packets).print();
    }
}
