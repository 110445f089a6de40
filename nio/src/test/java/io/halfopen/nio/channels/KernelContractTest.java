package io.halfopen.nio.channels;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;

/** The JDK's own channels over loopback: what the others are measured by. */
class KernelContractTest extends ChannelContract {
    @Override
    SelectorProvider provider() {
        return KernelProvider.get();
    }

    @Override
    InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
