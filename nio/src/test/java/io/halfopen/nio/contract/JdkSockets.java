package io.halfopen.nio.contract;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketImpl;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;

/** What the JDK would have without us: there is no public way to it once ours is installed. */
final class JdkSockets {
    private JdkSockets() {}

    static SelectorProvider provider() {
        return (SelectorProvider) hidden("get");
    }

    static AsynchronousChannelProvider asynchronous() {
        return (AsynchronousChannelProvider) hidden("asynchronous");
    }

    private static Object hidden(String method) {
        try {
            Method get =
                    Class.forName("io.halfopen.nio.channels.KernelProvider").getDeclaredMethod(method);
            get.setAccessible(true);
            return get.invoke(null);
        } catch (ReflectiveOperationException failed) {
            throw new LinkageError(failed.getMessage(), failed);
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
