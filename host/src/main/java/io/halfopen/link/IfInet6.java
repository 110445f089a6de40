package io.halfopen.link;

import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of if_inet6: an IPv6 address of an interface. Its fields are address, index, prefix, scope and flags, in
 * hexadecimal, and the name: if6_seq_show() in net/ipv6/addrconf.c.
 */
record IfInet6(String address, int prefix, int flags) {
    /** Of the thread's network namespace, where /proc/net would be that of the process. */
    private static final Path FILE = Path.of("/proc/thread-self/net/if_inet6");

    private static final int IFA_F_TENTATIVE = 0x40; // linux/if_addr.h

    /** All of an interface; none where there is no IPv6. */
    static List<IfInet6> of(String name) {
        List<IfInet6> found = new ArrayList<>();
        for (String line : lines()) {
            String[] fields = line.strip().split(" +", -1);
            if (fields[5].equals(name)) {
                found.add(new IfInet6(fields[0], Integer.parseInt(fields[2], 16), Integer.parseInt(fields[4], 16)));
            }
        }
        return found;
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(FILE);
        } catch (IOException noIpv6) {
            return List.of();
        }
    }

    boolean is(IpAddress wanted, int wantedPrefix) {
        return prefix == wantedPrefix && address.equals("%016x%016x".formatted(wanted.high(), wanted.low()));
    }

    /** Not in use yet: the kernel would rather send from ::1. */
    boolean isTentative() {
        return (flags & IFA_F_TENTATIVE) != 0;
    }
}
