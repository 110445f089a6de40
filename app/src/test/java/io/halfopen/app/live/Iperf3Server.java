package io.halfopen.app.live;

import io.halfopen.lab.server.Calls;
import io.halfopen.link.PacketTap;
import io.halfopen.linux.Errno;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * What iperf3 -s is to its clients, on the stack: {@code iperf3 -c 10.9.0.2}, with or without -R and -P. One test at a
 * time. A connection begins with a cookie of 37 octets: one with a new cookie is a test's control connection, those
 * with the same one carry its data.
 */
@Command(name = "iperf3-server")
final class Iperf3Server implements Callable<Integer> {
    static final int COOKIE = 37;
    private static final int PORT = 5201;

    @Mixin
    private WireOptions options = new WireOptions();

    private final byte[] buffer = new byte[1 << 17];
    private final Map<String, Iperf3Session> sessions = new HashMap<>();

    public static void main(String[] args) {
        System.exit(new CommandLine(new Iperf3Server()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        try (Wire wire = Wire.open(options, PacketTap.NONE)) {
            int result = listen(wire.calls(), wire.address());
            if (result < 0) {
                throw new IllegalStateException("listen() = " + Errno.name(result));
            }
            wire.start();
            System.out.println("iperf3 server");
            System.in.readAllBytes();
        }
        return 0;
    }

    private int listen(Calls on, IpAddress address) {
        int listener = on.socket(address.isIpv4() ? Stack.AF_INET : Stack.AF_INET6);
        on.bind(listener, address, PORT);
        int result = on.listen(listener, 128);
        on.watch(listener, events -> {
            for (int fd = on.accept(listener); fd >= 0; fd = on.accept(listener)) {
                new Newcomer(on, fd).onReady(0);
            }
        });
        return result;
    }

    /** A connection until it has shown its cookie. */
    private final class Newcomer implements Calls.ReadyListener {
        private final Calls on;
        private final int fd;
        private int seen;
        private final byte[] cookie = new byte[COOKIE];

        Newcomer(Calls on, int fd) {
            this.on = on;
            this.fd = fd;
            on.watch(fd, this);
        }

        @Override
        public void onReady(int events) {
            while (seen < COOKIE) {
                int count = on.read(fd, cookie, seen, COOKIE - seen);
                if (count == -Errno.EAGAIN) {
                    return;
                }
                if (count <= 0) {
                    on.close(fd);
                    return;
                }
                seen += count;
            }
            String name = new String(cookie, StandardCharsets.ISO_8859_1);
            Iperf3Session session = sessions.get(name);
            if (session == null) {
                sessions.put(name, new Iperf3Session(on, fd, buffer, () -> sessions.remove(name)));
            } else {
                session.addStream(fd);
            }
        }
    }
}
