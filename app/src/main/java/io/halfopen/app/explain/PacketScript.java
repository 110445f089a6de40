package io.halfopen.app.explain;

import io.halfopen.app.capture.TcpView;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One connection as a script in packetdrill's language, from the server's point of view: what the client sent is
 * injected, what the server sent is expected, so that it can be replayed on the stack or on a kernel.
 */
final class PacketScript implements Explainer.Watcher {
    private static final int MOST = 200;

    private final PrintWriter out;
    private long before = Long.MIN_VALUE;
    private int told;
    private boolean accepted;

    PacketScript(PrintWriter out) {
        this.out = out;
    }

    void head(Conversation conversation, String why) {
        out.println("// " + conversation.client + " to " + conversation.server + ", from a capture");
        out.println("// " + why);
        out.println("   0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3");
        out.println("  +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0");
        out.println("  +0 bind(3, ..., ...) = 0");
        out.println("  +0 listen(3, 1) = 0");
    }

    @Override
    public void onPacket(long time, Conversation of, TcpView view, String remark) {
        if (told++ >= MOST || of.icmpType >= 0) {
            return;
        }
        boolean fromClient = of.isFromClient(view);
        double after = before == Long.MIN_VALUE ? 0 : (time - before) / 1e9;
        before = time;
        String text = Ladder.text(
                view, fromClient ? of.fromClient : of.fromServer, fromClient ? of.fromServer : of.fromClient);
        out.println(String.format(Locale.ROOT, "%+.6f ", after)
                + (fromClient ? "< " : "> ")
                + (fromClient ? text : text.replaceAll(" win \\d+$", ""))
                + options(view)
                + (remark.isEmpty() ? "" : "  // " + remark));
        if (!accepted && of.finalAck > 0 && fromClient) {
            accepted = true;
            out.println("  +0 accept(3, ..., ...) = 4");
        }
    }

    private static String options(TcpView view) {
        List<String> options = new ArrayList<>();
        if (view.mss > 0) {
            options.add("mss " + view.mss);
        }
        if (view.sackPermitted) {
            options.add("sackOK");
        }
        if (view.timestamps) {
            options.add("TS val " + (view.tsValue & 0xffff_ffffL) + " ecr " + (view.tsEcho & 0xffff_ffffL));
        }
        if (view.windowScale >= 0) {
            options.add("nop");
            options.add("wscale " + view.windowScale);
        }
        return options.isEmpty() ? "" : " <" + String.join(",", options) + ">";
    }
}
