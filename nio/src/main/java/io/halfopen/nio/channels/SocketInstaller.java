package io.halfopen.nio.channels;

import io.halfopen.nio.NetworkInstaller;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.spi.SelectorProvider;

/** Has java.net.Socket and ServerSocket use the network, for as long as the JVM lives. */
public final class SocketInstaller implements NetworkInstaller {
    @Override
    @SuppressWarnings("deprecation") // there is no other way to java.net.Socket
    public void install() {
        if (!(SelectorProvider.provider() instanceof HalfopenSelectorProvider)) {
            System.err.println("halfopen: the JVM's SelectorProvider is " + SelectorProvider.provider()
                    + ": channels use the network only through HalfopenSelectorProvider.on(host). Set"
                    + " -Djava.nio.channels.spi.SelectorProvider=" + HalfopenSelectorProvider.class.getName());
        }
        try {
            ServerSocket.setSocketFactory(() -> new NetSocketImpl(true));
            Socket.setSocketImplFactory(() -> new NetSocketImpl(false));
        } catch (IOException another) {
            System.err.println("halfopen: java.net.Socket has a factory already and does not use the network: "
                    + another.getMessage());
        }
    }
}
