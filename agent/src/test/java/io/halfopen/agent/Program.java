package io.halfopen.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;

/** A client that knows nothing of any of this; it is started by AgentTest. */
@SuppressWarnings("AddressSelection") // a name has one address here
final class Program {
    private Program() {}

    /** Connects. */
    private interface Way {
        void connect() throws IOException;
    }

    public static void main(String[] arguments) throws IOException {
        say("8080 Socket", () -> viaSocket(8080, 300));
        say("9090 Socket", () -> viaSocket(9090, 30_000));
        say(
                "9090 SocketChannel",
                () -> SocketChannel.open(new InetSocketAddress(payments(), 9090))
                        .close());
        // The real localhost is still the kernel's.
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            say("localhost", () -> new Socket(server.getInetAddress(), server.getLocalPort()).close());
        }
    }

    private static InetAddress payments() throws IOException {
        return InetAddress.getByName("payments");
    }

    private static void viaSocket(int port, int timeout) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(payments(), port), timeout);
        }
    }

    private static void say(String what, Way way) {
        try {
            way.connect();
            System.out.println(what + ": connected");
        } catch (IOException failed) {
            System.out.println(what + ": " + failed);
        }
    }
}
