package io.halfopen.app.explain;

import io.halfopen.app.Style;
import io.halfopen.app.TextWrap;
import io.halfopen.app.capture.TcpView;
import io.halfopen.wire.TcpHeader;
import java.io.PrintWriter;
import java.util.Locale;

/** The packets of one connection, client on the left, with a reason at each. */
final class Ladder implements Explainer.Watcher {
    private static final int MOST = 2000;

    private final PrintWriter out;
    private final Style style;
    private long begin = Long.MIN_VALUE;
    private int told;

    Ladder(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
    }

    @Override
    public void onPacket(long time, Conversation of, TcpView view, String remark) {
        begin = begin == Long.MIN_VALUE ? time : begin;
        if (told++ >= MOST) {
            return;
        }
        boolean fromClient = of.isFromClient(view);
        String head = String.format(
                Locale.ROOT, "%10.6f %s %-31s ", (time - begin) / 1e9, fromClient ? "--->" : "<---", text(of, view));
        out.println(TextWrap.hanging(head + style.rule(remark), head.length()).stripTrailing());
    }

    /** In packetdrill's notation, with numbers that count from the handshake. */
    static String text(Conversation of, TcpView view) {
        boolean fromClient = of.isFromClient(view);
        Side from = fromClient ? of.fromClient : of.fromServer;
        Side to = fromClient ? of.fromServer : of.fromClient;
        StringBuilder text = new StringBuilder(flags(view.flags));
        int base = from.isnKnown ? from.isn : view.seq;
        long seq = view.seq - base & 0xffff_ffffL;
        text.append(' ')
                .append(seq)
                .append(':')
                .append(seq + view.payload)
                .append('(')
                .append(view.payload)
                .append(')');
        if (view.has(TcpHeader.ACK)) {
            text.append(" ack ").append(view.ack - (to.isnKnown ? to.isn : view.ack) & 0xffff_ffffL);
        }
        return text.append(" win ").append(view.window).toString();
    }

    static String flags(int flags) {
        StringBuilder text = new StringBuilder();
        String letters = "FSRP.UEW";
        for (int i : new int[] {1, 0, 2, 3, 5, 6, 7, 4}) {
            if ((flags >> i & 1) != 0) {
                text.append(letters.charAt(i));
            }
        }
        return text.toString();
    }
}
