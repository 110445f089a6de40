package io.halfopen.link;

import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import java.util.Arrays;
import java.util.function.Predicate;

/** What goes into a link, and what comes out of it. */
final class Packets {
    private Packets() {}

    /** The first that is wanted: the kernel also sends what nobody asked for, router solicitations, multicast reports. */
    static byte[] await(Link link, Predicate<byte[]> wanted) throws LinkException {
        byte[] buffer = new byte[2048];
        long deadline = System.nanoTime() + 5_000_000_000L;
        while (System.nanoTime() < deadline) {
            int length = link.receive(buffer);
            if (length == 0) {
                link.await(100_000_000);
            } else if (wanted.test(Arrays.copyOf(buffer, length))) {
                return Arrays.copyOf(buffer, length);
            }
        }
        throw new AssertionError("no such packet");
    }

    /** A SYN over IPv4 with sequence number 1000. */
    static byte[] syn(IpAddress from, IpAddress to, int fromPort, int toPort) {
        byte[] bytes = new byte[IpHeader.V4_LENGTH + TcpHeader.LENGTH];
        int tcp = IpHeader.V4_LENGTH;
        IpHeader.write(bytes, 0, 0, from.low(), 0, to.low(), TcpHeader.LENGTH, 0, 64, 0);
        TcpHeader.write(bytes, tcp, fromPort, toPort, 1000, 0, TcpHeader.LENGTH, TcpHeader.SYN, 65_535);
        TcpHeader.seal(bytes, tcp, TcpHeader.LENGTH, 0, from.low(), 0, to.low());
        return bytes;
    }
}
