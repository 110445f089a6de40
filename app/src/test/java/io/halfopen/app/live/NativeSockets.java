package io.halfopen.app.live;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The kernel's sockets as numbers, in as many as a million of which a SocketChannel would be several objects each. For one thread, which
 * gets a table of descriptors of its own: each may hold as many as the limit of the process allows.
 */
final class NativeSockets {
    private static final int CLONE_FILES = 0x400;
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_LINGER = 13;
    private static final int SO_RCVTIMEO = 20;
    private static final int ROOM = 4096;
    private static final ValueLayout.OfInt NETWORK_INT = JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort NETWORK_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private static final MethodHandle UNSHARE = handle("unshare", JAVA_INT, JAVA_INT);
    private static final MethodHandle SOCKET = handle("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = handle("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CONNECT = handle("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle READ = handle("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WRITE = handle("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);

    private final MemorySegment address = Arena.ofAuto().allocate(16, 8);
    private final MemorySegment linger = Arena.ofAuto().allocateFrom(JAVA_INT, 1, 0);
    private final MemorySegment patience = Arena.ofAuto().allocateFrom(JAVA_LONG, 20, 0);
    private final MemorySegment room = Arena.ofAuto().allocate(ROOM);

    /** On the thread that is to use it. */
    NativeSockets() throws IOException {
        check("unshare", invoke(() -> (int) UNSHARE.invokeExact(CLONE_FILES)));
    }

    @SuppressWarnings("restricted") // the signatures are those of the manual
    private static MethodHandle handle(String name, ValueLayout result, ValueLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }

    private interface Call {
        long invoke() throws Throwable;
    }

    @SuppressWarnings("IllegalCatch") // so is the signature of a method handle
    private static long invoke(Call call) {
        try {
            return call.invoke();
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static long check(String call, long result) throws IOException {
        if (result < 0) {
            throw new IOException(call + "() failed");
        }
        return result;
    }

    /** A connection from one address to another, which close() would reset. */
    int connect(int from, int fromPort, int to, int toPort) throws IOException {
        int fd = (int) check("socket", invoke(() -> (int) SOCKET.invokeExact(AF_INET, SOCK_STREAM, 0)));
        set(fd, SO_LINGER, linger);
        set(fd, SO_RCVTIMEO, patience);
        name(from, fromPort);
        check("bind", invoke(() -> (int) BIND.invokeExact(fd, address, 16)));
        name(to, toPort);
        check("connect", invoke(() -> (int) CONNECT.invokeExact(fd, address, 16)));
        return fd;
    }

    private void name(int host, int port) {
        address.set(JAVA_SHORT, 0, (short) AF_INET);
        address.set(NETWORK_SHORT, 2, (short) port);
        address.set(NETWORK_INT, 4, host);
    }

    private void set(int fd, int option, MemorySegment value) throws IOException {
        int length = (int) value.byteSize();
        check("setsockopt", invoke(() -> (int) SETSOCKOPT.invokeExact(fd, SOL_SOCKET, option, value, length)));
    }

    /** Sends a request and waits for an answer that ends with these octets. */
    void ask(int fd, byte[] request, byte[] end) throws IOException {
        MemorySegment.copy(request, 0, room, JAVA_BYTE, 0, request.length);
        check("write", invoke(() -> (long) WRITE.invokeExact(fd, room, (long) request.length)));
        byte[] answer = new byte[0];
        while (!endsWith(answer, end)) {
            int count = (int) check("read", invoke(() -> (long) READ.invokeExact(fd, room, (long) ROOM)));
            if (count == 0) {
                throw new IOException("closed by the server");
            }
            int before = answer.length;
            answer = Arrays.copyOf(answer, before + count);
            MemorySegment.copy(room, JAVA_BYTE, 0, answer, before, count);
        }
    }

    private static boolean endsWith(byte[] answer, byte[] end) {
        int from = answer.length - end.length;
        return from >= 0 && Arrays.equals(answer, from, answer.length, end, 0, end.length);
    }
}
