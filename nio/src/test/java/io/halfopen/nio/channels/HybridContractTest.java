package io.halfopen.nio.channels;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;

/** Our channels with the kernel behind them. */
class HybridContractTest extends ChannelContract {
    @Override
    SelectorProvider provider() {
        return new HalfopenSelectorProvider();
    }

    @Override
    InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
