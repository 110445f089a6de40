package io.halfopen.drill;

import io.halfopen.linux.TcpState;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The lines of /proc/net/tcp and tcp6, as far as scripts look at them: addresses, state and queues. */
final class ProcNet {
    private static final String FOLDER = "/proc/net/";

    private ProcNet() {}

    static boolean isFile(String path) {
        return path.equals(FOLDER + "tcp") || path.equals(FOLDER + "tcp6");
    }

    static List<String> lines(String path, List<SocketRow> rows) {
        boolean ipv4 = path.equals(FOLDER + "tcp");
        List<String> lines = new ArrayList<>();
        for (SocketRow row : rows) {
            if (row.localAddress().isIpv4() == ipv4) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%4d: %s:%04X %s:%04X %02X %08X:%08X",
                        lines.size(),
                        hex(row.localAddress()),
                        row.localPort(),
                        hex(row.remoteAddress()),
                        row.remotePort(),
                        row.state().number(),
                        row.state() == TcpState.LISTEN ? 0 : row.sendQueue(),
                        row.receiveQueue()));
            }
        }
        return lines;
    }

    /** In words of 32 bits, each as the processor has it: the octets of an address backwards. */
    private static String hex(IpAddress address) {
        String low = word((int) address.low());
        return address.isIpv4()
                ? low
                : word((int) (address.high() >>> 32))
                        + word((int) address.high())
                        + word((int) (address.low() >>> 32))
                        + low;
    }

    private static String word(int word) {
        return String.format(Locale.ROOT, "%08X", Integer.reverseBytes(word));
    }
}
