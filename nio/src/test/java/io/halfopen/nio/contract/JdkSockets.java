package io.halfopen.nio.contract;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketImpl;
import java.nio.channels.spi.SelectorProvider;

/** What the JDK would have without us: there is no public way to it once ours is installed. */
final class JdkSockets {
    private JdkSockets() {}

    static SelectorProvider provider() {
        try {
            Class<?> holder = Class.forName("io.halfopen.nio.channels.KernelProvider");
            var get = holder.getDeclaredMethod("get");
            get.setAccessible(true);
            return (SelectorProvider) get.invoke(null);
        } catch (ReflectiveOperationException failed) {
            throw new AssertionError(failed);
        }
    }

    private static SocketImpl impl(boolean server) {
        try {
            Constructor<?> constructor =
                    Class.forName("sun.nio.ch.NioSocketImpl").getDeclaredConstructor(boolean.class);
            constructor.setAccessible(true);
            return (SocketImpl) constructor.newInstance(server);
        } catch (ReflectiveOperationException | RuntimeException closed) {
            return abort("needs --add-opens java.base/sun.nio.ch=ALL-UNNAMED: " + closed.getMessage());
        }
    }

    static Socket socket() throws SocketException {
        return new OfImpl(impl(false));
    }

    static ServerSocket serverSocket() throws IOException {
        return new ServerOfImpl(impl(true));
    }

    private static final class OfImpl extends Socket {
        OfImpl(SocketImpl impl) throws SocketException {
            super(impl);
        }
    }

    private static final class ServerOfImpl extends ServerSocket {
        ServerOfImpl(SocketImpl impl) {
            super(impl);
        }

        @Override
        public Socket accept() throws IOException {
            Socket accepted = new OfImpl(impl(false));
            implAccept(accepted);
            return accepted;
        }
    }
}
