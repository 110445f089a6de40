package io.halfopen.tcp.host;

import io.halfopen.linux.Kernel;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;

/** What the kernel says about itself, as dmesg(1) prints it; the oldest lines give way. */
public final class KernelLog {
    private static final int MOST_LINES = 64;

    private final Kernel kernel;
    private final ArrayDeque<String> lines = new ArrayDeque<>();

    KernelLog(Kernel kernel) {
        this.kernel = kernel;
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }

    public void floodWarning(IpAddress address, int localPort, Segment syn, String action, long now) {
        String family = IpAddress.isIpv4(syn.sourceHigh(), syn.sourceLow()) ? "TCP" : "TCPv6";
        String endpoint = address.toHostString() + ":" + localPort;
        write(now, kernel.floodWarning(family, endpoint, localPort, action));
    }

    private void write(long now, String text) {
        if (lines.size() == MOST_LINES) {
            lines.remove();
        }
        long micros = now / 1_000;
        lines.add(String.format(Locale.ROOT, "[%5d.%06d] %s", micros / 1_000_000, micros % 1_000_000, text));
    }
}
