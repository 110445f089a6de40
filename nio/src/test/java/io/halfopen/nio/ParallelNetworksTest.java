package io.halfopen.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several networks in one JVM: whose a thread, a name and an address are. */
@Timeout(60)
@SuppressWarnings("AddressSelection") // a name has one address here
class ParallelNetworksTest {
    private final List<Network> open = new ArrayList<>();

    /** Threads that were there before any network. */
    private final ExecutorService early = Executors.newFixedThreadPool(1);

    @AfterEach
    void close() {
        open.forEach(Network::close);
        early.shutdownNow();
    }

    /** In a thread of its own, so that it is that thread's. */
    private Network openElsewhere() throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Network network =
                    thread.submit(() -> Network.builder().parallel().open()).get();
            open.add(network);
            return network;
        }
    }

    private <T> T inEarlyThread(Callable<T> call) throws Exception {
        return early.submit(call).get();
    }

    private static boolean connects(InetAddress address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, 80));
            return socket.isConnected();
        }
    }

    private static List<String> syns(Network network) {
        return network.story()
                .lines()
                .filter(line -> line.contains("> payments:80"))
                .toList();
    }

    /** All of them have a host of this name, and none sees what another does. */
    @Test
    void aThreadAndWhatItStartsUseTheNetworkThatItOpened() throws Exception {
        int networks = 5;
        CyclicBarrier together = new CyclicBarrier(networks);
        Callable<Integer> test = () -> {
            try (Network network = Network.builder().parallel().open();
                    ExecutorService client = Executors.newSingleThreadExecutor()) {
                network.host("payments").listen(80).accepts();
                together.await();
                InetAddress address =
                        client.submit(() -> InetAddress.getByName("payments")).get();
                assertThat(network.host("payments").addresses()).containsExactly(address);
                assertThat(client.submit(() -> connects(address)).get()).isTrue();
                together.await();
                assertThat(network.lookup("payments")).hasSize(1);
                assertThat(syns(network)).isNotEmpty();
                return syns(network).size();
            }
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(networks)) {
            List<Integer> sizes = new ArrayList<>();
            for (Future<Integer> each : threads.invokeAll(java.util.Collections.nCopies(networks, test))) {
                sizes.add(each.get());
            }
            assertThat(sizes).allMatch(sizes.get(0)::equals); // the packets of one connection
        }
    }

    @Test
    void anAddressSaysWhoseItIsInEveryThread() throws Exception {
        assertThat(inEarlyThread(Network::current)).isNull();
        Network one = openElsewhere();
        Network two = openElsewhere();
        one.host("payments").listen(80).accepts();
        two.host("payments").listen(80).accepts();
        InetAddress ofOne = one.host("payments").addresses().get(0);
        InetAddress ofTwo = two.host("payments").addresses().get(0);
        assertThat(ofOne).isNotEqualTo(ofTwo);
        assertThat(inEarlyThread(() -> connects(ofTwo))).isTrue();
        assertThat(syns(one)).isEmpty();
        assertThat(syns(two)).isNotEmpty();
        assertThat(inEarlyThread(() -> connects(ofOne))).isTrue();
        assertThat(syns(one)).isNotEmpty();
    }

    @Test
    void aNameOfOneIsKnownToAllAndOneOfTwoIsToldInOneLine() throws Exception {
        assertThat(inEarlyThread(() -> 1)).isOne();
        Network one = openElsewhere();
        Network two = openElsewhere();
        one.host("payments");
        two.host("payments");
        two.host("orders");
        assertThat(inEarlyThread(() -> InetAddress.getByName("orders")))
                .isEqualTo(two.host("orders").addresses().get(0));
        assertThatThrownBy(() -> inEarlyThread(() -> InetAddress.getByName("payments")))
                .rootCause()
                .hasMessageStartingWith("'payments' is in 2 networks that are open at once, and the thread 'pool-");
        assertThatThrownBy(() -> inEarlyThread(() -> InetAddress.getByName("payments")))
                .hasCauseInstanceOf(UnknownHostException.class);
    }

    @Test
    void anAddressThatTwoGaveAwayIsTheThreadsOwn() throws Exception {
        assertThat(inEarlyThread(() -> 1)).isOne();
        Network one = openElsewhere();
        one.host("db", "198.18.0.9");
        Network mine = Network.builder().parallel().open();
        open.add(mine);
        mine.host("payments", "198.18.0.9").listen(80).accepts();
        InetAddress shared = InetAddress.getByName("198.18.0.9");
        assertThat(connects(shared)).isTrue();
        assertThat(syns(mine)).isNotEmpty();
        assertThatThrownBy(() -> inEarlyThread(() -> connects(shared)))
                .cause()
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("Give each test a client of its own");
    }

    @Test
    void whoIsNotParallelIsAlone() throws Exception {
        Network one = openElsewhere();
        assertThatThrownBy(Network::open).hasMessageStartingWith("a network is open already");
        assertThatThrownBy(() -> Network.builder()
                        .time(NetworkTime.automatic())
                        .parallel()
                        .open())
                .hasMessageContaining("cannot be parallel");
        assertThatThrownBy(() -> Network.builder().pure().parallel().open()).hasMessageContaining("cannot be parallel");
        one.close();
        try (Network alone = Network.open()) {
            assertThat(Network.current()).isSameAs(alone);
            assertThatThrownBy(() -> Network.builder().parallel().open())
                    .hasMessageStartingWith("a network is open already");
        }
    }

    /** What the JVM remembers of a name is right in the next test, too. */
    @Test
    void alonePutsANameWhereItAlwaysWas() throws Exception {
        Network first = openElsewhere();
        List<InetAddress> before = first.host("payments").addresses();
        Network second = openElsewhere();
        assertThat(second.host("payments").addresses()).doesNotContainAnyElementsOf(before);
        first.close();
        second.close();
        Network again = openElsewhere();
        assertThat(again.host("payments").addresses()).isEqualTo(before);
    }

    @Test
    void thereAreSixtyAtLeast() throws Exception {
        for (int i = 0; i < 60; i++) {
            openElsewhere().host("payments").listen(80).accepts();
        }
        for (Network network : open) {
            InetAddress address = network.host("payments").addresses().get(0);
            assertThat(inEarlyThread(() -> connects(address))).isTrue();
            assertThat(syns(network)).isNotEmpty();
        }
    }
}
