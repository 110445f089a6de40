package io.halfopen.lab.server;

import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;

/** What a program can call, wherever it runs: the calls of {@link Stack} and a clock. Nothing blocks. */
public interface Calls {
    /** Told that a descriptor has news. */
    interface ReadyListener {
        void onReady(int events);
    }

    /** Nanoseconds since the process began. */
    long now();

    /** Runs an action after a time, ns. */
    void after(long delay, Runnable action);

    /** From now on news of this descriptor goes to the listener, until it is closed. */
    void watch(int fd, ReadyListener listener);

    int socket(int family);

    int bind(int fd, IpAddress address, int port);

    int listen(int fd, int backlog);

    int accept(int fd);

    int setsockopt(int fd, SocketOption option, int value);

    int getsockopt(int fd, SocketOption option);

    int connect(int fd, IpAddress address, int port);

    int read(int fd, byte[] target, int offset, int length);

    int write(int fd, byte[] source, int offset, int length);

    int shutdown(int fd, int how);

    int close(int fd);

    /** Addresses, state and queues of a descriptor. */
    SocketRow row(int fd);
}
