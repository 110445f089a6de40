package io.halfopen.trace;

import io.halfopen.wire.TcpHeader;

/**
 * The options of one segment as tcpdump lists them, {@code , options [mss 65495,sackOK,nop,wscale 7]}, and what it
 * says where they are damaged.
 */
final class OptionsText {
    private final StringBuilder out;
    private final Captured tcp;
    private final int end;
    private final OptionData data;
    private int at = TcpHeader.LENGTH;
    private boolean first = true;

    /** {@code header}: the octets of the TCP header, options included, of which some may be missing. */
    OptionsText(StringBuilder out, Captured tcp, int header, int sackBase) {
        this.out = out;
        this.tcp = tcp;
        this.end = header;
        this.data = new OptionData(out, tcp, sackBase);
    }

    /** Prints all of them; false where tcpdump gives up the rest of the line at one that is damaged. */
    boolean print() {
        out.append(", options [");
        OptionKind kind = OptionKind.NOP;
        while (at < end && kind != OptionKind.END) {
            out.append(first ? "" : ",");
            if (!tcp.has(at, 1)) {
                return truncated("");
            }
            int number = tcp.getByte(at);
            kind = OptionKind.of(number);
            if (kind.isSingle()) {
                out.append(kind.word(number));
                at++;
            } else if (!printSized(kind, number)) {
                return false;
            }
            first = false;
        }
        out.append(']');
        return true;
    }

    private boolean printSized(OptionKind kind, int number) {
        if (!tcp.has(at, 2)) {
            return truncated("");
        }
        int length = tcp.getByte(at + 1);
        if (length < 2 || length > end - at) {
            return bad();
        }
        at += 2;
        out.append(kind.word(number));
        // A known kind is read, and stepped over, by the length it should have: print-tcp.c adds datalen, not len.
        int needed = kind.dataLength(length - 2);
        if (needed > end - at) {
            return bad();
        }
        if (!tcp.has(at, needed)) {
            return truncated(first ? "" : ">");
        }
        if (!data.print(kind, at, needed)) {
            return bad();
        }
        at += needed;
        if (needed != length - 2) {
            out.append("[len ").append(length).append(']');
        }
        return true;
    }

    private boolean bad() {
        out.append("[bad opt]").append(first ? "" : "]");
        return false;
    }

    private boolean truncated(String close) {
        out.append(" [|tcp]").append(close);
        return false;
    }
}
