package io.halfopen.drill;

import io.halfopen.linux.Counter;
import io.halfopen.linux.RouteMetrics;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What scripts run on: a kernel with its system calls, packets and clock. Calls never block; they return 0 or more, or
 * -errno. What a machine does not have throws a {@link Stop}.
 */
interface Machine extends AutoCloseable {
    /** {@code stack} or {@code kernel}. */
    String name();

    /** Nanoseconds on a clock that never goes back. */
    long now();

    /**
     * Lets time pass until this moment, or until something has happened: a packet was sent, or a call might have another
     * result.
     *
     * @param waiting somebody waits for a call's result
     */
    void advance(long until, boolean waiting) throws Stop;

    /** The oldest packet that was sent and not asked for; null if there is none. */
    @Nullable
    Captured poll() throws Stop;

    /** A packet that was sent, when, and by which rule; null where the machine does not tell. */
    record Captured(long time, byte[] bytes, @Nullable Rule rule) {}

    /**
     * Hands it a packet; returns the rule that decided about it, or null where the machine does not tell.
     *
     * @param segmentSize 0, or the octets of data of each of the segments of which a network card has made it
     */
    @Nullable
    Rule inject(byte[] packet, int segmentSize) throws Stop;

    // ---- calls

    int socket(int family, int type, int protocol) throws Stop;

    int bind(int fd, IpAddress address, int port);

    int listen(int fd, int backlog);

    int accept(int fd);

    /** {@code address} null is AF_UNSPEC. */
    int connect(int fd, @Nullable IpAddress address, int port) throws Stop;

    int receive(int fd, int length, int flags) throws Stop;

    int send(int fd, int length, int flags) throws Stop;

    /** sendmsg(2) and writev(2): octets out of arrays of these lengths. */
    int sendPieces(int fd, int[] lengths, int flags) throws Stop;

    /** recvmsg(2). */
    Message receiveMessage(int fd, int length, int flags) throws Stop;

    /** What that has: the result, msg_flags and msg_control. */
    record Message(int result, int flags, List<Control> control) {}

    int sendTo(int fd, int length, int flags, @Nullable IpAddress address, int port) throws Stop;

    /** getsockname(2). */
    Name getsockname(int fd);

    /** getpeername(2). */
    Name getpeername(int fd);

    /** An address, where the result is 0. */
    record Name(int result, IpAddress address, int port) {}

    /** A call of the script sleeps in write() or sendto() until the handshake is done; or does so no longer. */
    default void writerBlocks(int fd, boolean blocks) {}

    int shutdown(int fd, int how);

    int close(int fd);

    /** setsockopt(2), with the name of the option as the script has it. */
    int setsockopt(int fd, int level, int number, String option, byte[] value) throws Stop;

    /** Fills {@code value} as far as it goes; returns how far, or -errno. */
    int getsockopt(int fd, int level, int number, String option, byte[] value) throws Stop;

    /** Socket options and sysctls that were set and do nothing on this machine. */
    default Set<String> ignored() {
        return Set.of();
    }

    int ioctl(int fd, long request) throws Stop;

    int poll(int fd);

    int epollCreate();

    int epollCtl(int epoll, int operation, int fd, int events, long data) throws Stop;

    /** What is ready now. */
    int epollWait(int epoll, int[] events, long[] data);

    /** open(2) of a file of so many zeros. */
    int openFile(int length);

    /** pipe(2). */
    int pipe(int[] ends);

    /** sendfile(2); a negative offset is the file's own position. */
    int sendFile(int out, int in, long offset, int count);

    /** splice(2) from a socket into a pipe. */
    int splice(int in, int out, int count, int flags) throws Stop;

    // ---- looking inside

    SocketRow row(int fd);

    /** Of a listener. */
    ListenQueues queues(int fd);

    /** All counters, since the machine began. */
    Map<Counter, Long> counters();

    /** The fields of struct tcp_info that it has, by name: {@code tcpi_rto}. */
    Map<String, Long> info(int fd);

    /** Sets a sysctl, by its full name. */
    void sysctl(String name, String value) throws Stop;

    /** Forgets what earlier connections have taught it of their peers, as {@code ip tcp_metrics flush} does. */
    void forgetPeers() throws Stop;

    /** {@code ip route}: metrics of the way to a network, of which so many bits are told. */
    void route(IpAddress network, int bits, RouteMetrics metrics) throws Stop;

    /** {@code tc qdisc}: the interface takes no packet any more, or again. */
    void blockOutput(boolean blocked) throws Stop;

    /** The lines of /proc/net/tcp or tcp6. */
    List<String> procNet(String path) throws Stop;

    /** Starts a program where the machine is, in its namespace, and in a folder. */
    Process start(Path folder, String... command) throws IOException, Stop;

    /** Whether a sysctl of this name can be set at all. */
    default boolean hasSysctl(String name) {
        try {
            return Sysctl.named(name) != null;
        } catch (IllegalArgumentException unknown) {
            return false;
        }
    }

    @Override
    void close();
}
