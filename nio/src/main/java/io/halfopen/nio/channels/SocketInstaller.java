package io.halfopen.nio.channels;

import io.halfopen.nio.NetworkInstaller;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;

/** Has java.net.Socket and ServerSocket use the network, for as long as the JVM lives. */
public final class SocketInstaller implements NetworkInstaller {
    @Override
    public List<String> install() {
        List<String> problems = new ArrayList<>();
        check(SelectorProvider.class, SelectorProvider.provider(), HalfopenSelectorProvider.class, problems);
        check(
                AsynchronousChannelProvider.class,
                AsynchronousChannelProvider.provider(),
                HalfopenAsynchronousChannelProvider.class,
                problems);
        installSockets(problems);
        return problems;
    }

    private static void check(Class<?> kind, Object chosen, Class<?> ours, List<String> problems) {
        if (!ours.isInstance(chosen)) {
            problems.add("the JVM's " + kind.getSimpleName() + " is "
                    + chosen.getClass().getName()
                    + ", so its channels do not use the network: start the JVM with -javaagent:halfopen-agent.jar, or with"
                    + " halfopen-nio on its class path and -D" + kind.getName() + "=" + ours.getName());
        }
    }

    @SuppressWarnings("deprecation") // there is no other way to java.net.Socket
    private static void installSockets(List<String> problems) {
        try {
            ServerSocket.setSocketFactory(() -> new NetSocketImpl(true));
            Socket.setSocketImplFactory(() -> new NetSocketImpl(false));
        } catch (IOException another) {
            problems.add(
                    "java.net.Socket has a factory already and does not use the network: open the first Network before"
                            + " whatever calls Socket.setSocketImplFactory or ServerSocket.setSocketFactory");
        }
    }
}
