package io.halfopen.tcp.host;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Sysctl;

/**
 * How much memory all buffers of the stack have together, against tcp_mem: under its first number all is well; above the
 * second there is pressure, until it is under the first again: windows are small then; above the third nothing more is
 * taken in, but a little for each connection (__sk_mem_raise_allocated). Linux counts what its packets cost; here it is
 * the arrays that are handed out.
 */
public final class Memory {
    private static final int PAGE_SHIFT = 12;

    private final Host host;
    private boolean pressure;

    Memory(Host host) {
        this.host = host;
    }

    /** Pages of 4096 octets. */
    public long pages() {
        return host.buffers.lentOctets() >>> PAGE_SHIFT;
    }

    /** tcp_memory_pressure. */
    public boolean isUnderPressure() {
        long pages = pages();
        if (pressure && pages <= host.sysctls.get(Sysctl.tcp_mem, 0)) {
            pressure = false;
        } else if (!pressure && pages > host.sysctls.get(Sysctl.tcp_mem, 1)) {
            pressure = true;
            host.count(Counter.TCPMemoryPressures);
        }
        return pressure;
    }

    /** Whether nothing more may be taken (tcp_out_of_memory). */
    public boolean isExhausted() {
        return pages() > host.sysctls.get(Sysctl.tcp_mem, 2);
    }
}
