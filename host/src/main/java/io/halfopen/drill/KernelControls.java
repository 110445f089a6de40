package io.halfopen.drill;

import io.halfopen.link.KernelHost;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.List;

/** Reads what a kernel tells beside the octets of recvmsg(2). */
final class KernelControls {
    private static final int SOL_IP = 0;
    private static final int SOL_SOCKET = 1;
    private static final int SOL_TCP = 6;
    private static final int SOL_IPV6 = 41;
    private static final int IP_RECVERR = 11;
    private static final int IPV6_RECVERR = 25;
    private static final int SCM_TIMESTAMPING = 37;
    private static final int TCP_CM_INQ = 36;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private KernelControls() {}

    static Machine.Message read(KernelHost.Message message) {
        List<Control> controls =
                message.control().stream().map(KernelControls::read).toList();
        return new Machine.Message(message.result(), message.flags(), controls);
    }

    private static Control read(KernelHost.Control control) {
        ByteBuffer data = ByteBuffer.wrap(control.data()).order(ByteOrder.nativeOrder());
        boolean ipv6 = control.level() == SOL_IPV6 && control.type() == IPV6_RECVERR;
        if (ipv6 || control.level() == SOL_IP && control.type() == IP_RECVERR) {
            return new Control.Notice(
                    ipv6, data.getInt(0), data.get(4), data.get(5), data.get(6), data.getInt(8), data.getInt(12));
        }
        if (control.level() == SOL_SOCKET && control.type() == SCM_TIMESTAMPING) {
            return new Control.Stamp(onMachinesClock(data.getLong(0) * NANOS_PER_SECOND + data.getLong(8)));
        }
        if (control.level() == SOL_TCP && control.type() == TCP_CM_INQ) {
            return new Control.Unread(data.getInt(0));
        }
        return new Control.Other(control.level(), control.type());
    }

    /** Of a time of the day. */
    private static long onMachinesClock(long time) {
        Instant now = Instant.now();
        return System.nanoTime() - (now.getEpochSecond() * NANOS_PER_SECOND + now.getNano() - time);
    }
}
