package io.halfopen.link;

import java.util.Arrays;
import java.util.function.Predicate;

/** What comes out of a link. */
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
}
