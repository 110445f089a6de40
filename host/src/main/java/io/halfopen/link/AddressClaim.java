package io.halfopen.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.halfopen.linux.Errno;
import io.halfopen.wire.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An address on an interface belongs to one stack of this machine: two would not hear each other's questions, and each
 * would reset the other's connections. A name in unix(7)'s abstract namespace, which is the network namespace's own and
 * ends with the process, says that it is taken.
 */
final class AddressClaim {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;

    private final int fd;

    private AddressClaim(int fd) {
        this.fd = fd;
    }

    static AddressClaim of(String name, IpAddress address) throws LinkException {
        int fd = SocketLibc.socket(AF_UNIX, SOCK_DGRAM | Libc.O_CLOEXEC, 0);
        int result = fd < 0 ? fd : KernelSockets.bind(fd, sockaddr("halfopen " + name + " " + address));
        if (result >= 0) {
            return new AddressClaim(fd);
        }
        if (fd >= 0) {
            Libc.close(fd);
        }
        throw new LinkException(
                result == -Errno.EADDRINUSE
                        ? "another halfopen has the address " + address + " on " + name
                        : "cannot claim the address " + address + ": " + Libc.message(result));
    }

    /** struct sockaddr_un: a name of the abstract namespace begins with 0. */
    private static byte[] sockaddr(String name) {
        byte[] octets = name.getBytes(UTF_8);
        return ByteBuffer.allocate(3 + octets.length)
                .order(ByteOrder.nativeOrder())
                .putShort((short) AF_UNIX)
                .put((byte) 0)
                .put(octets)
                .array();
    }

    void close() {
        Libc.close(fd);
    }
}
