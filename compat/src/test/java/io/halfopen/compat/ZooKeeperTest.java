package io.halfopen.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfopen.nio.Network;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ZooKeeper, a server and a client, with its NIO transport. */
@Timeout(300)
class ZooKeeperTest {
    private static final int REQUESTS = Integer.getInteger("halfopen.requests", 100);
    private static final int SESSION = 60_000;

    /** Small enough for ZooKeeper, which has nodes of less than 1 MB. */
    private static final int LARGEST = 100_000;

    private static ZooKeeper connect(String address) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(address, SESSION, event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        assertThat(connected.await(1, TimeUnit.MINUTES)).isTrue();
        return client;
    }

    @Test
    @SuppressWarnings("try") // close() of its client may throw InterruptedException
    void nodesAreWrittenAndRead(@TempDir Path folder) throws Exception {
        try (Network net = Network.open()) {
            InetSocketAddress address =
                    new InetSocketAddress(net.host("zookeeper").addresses().getFirst(), 2181);
            ServerCnxnFactory factory = new NIOServerCnxnFactory();
            factory.configure(address, 10);
            factory.startup(new ZooKeeperServer(folder.toFile(), folder.toFile(), 2000));
            try (ZooKeeper client = connect("zookeeper:2181")) {
                client.create("/node", new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                for (int number = 0; number < REQUESTS; number++) {
                    int size = Math.min(LARGEST, Bodies.size(number));
                    client.setData("/node", Bodies.of(size), -1);
                    assertThat(Bodies.isRight(client.getData("/node", false, null), size))
                            .isTrue();
                }
            }
            factory.shutdown();
        }
    }

    /** Its client tries for ever; a call fails with what it would fail with on any network. */
    @Test
    @SuppressWarnings("try") // close() of its client may throw InterruptedException
    void aClosedPortIsAConnectionLoss() throws Exception {
        try (Network net = Network.open()) {
            net.host("zookeeper");
            try (ZooKeeper client = new ZooKeeper("zookeeper:2181", 1000, event -> {})) {
                assertThatThrownBy(() -> client.exists("/node", false))
                        .isInstanceOf(KeeperException.ConnectionLossException.class);
            }
        }
    }
}
