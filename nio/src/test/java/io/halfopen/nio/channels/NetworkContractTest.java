package io.halfopen.nio.channels;

import io.halfopen.nio.Network;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Our channels with the network behind them. */
class NetworkContractTest extends ChannelContract {
    private Network net;

    @BeforeEach
    void open() {
        net = Network.open();
    }

    @AfterEach
    void close() {
        net.close();
    }

    @Override
    SelectorProvider provider() {
        return new HalfopenSelectorProvider();
    }

    @Override
    InetSocketAddress anyPort() {
        return new InetSocketAddress(net.host("server").addresses().get(0), 0);
    }
}
