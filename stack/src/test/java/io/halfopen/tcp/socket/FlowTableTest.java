package io.halfopen.tcp.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.wire.IpAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FlowTableTest {
    private record Tuple(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {}

    private final Random random = new Random(1);
    private final FlowTable table = new FlowTable(random.nextLong(), random.nextLong());
    private final Map<Tuple, Flow> model = new HashMap<>();

    @Test
    void findsWhatIsInItAndNothingElse() {
        for (int i = 0; i < 200_000; i++) {
            Tuple tuple = tuple();
            Flow found = table.find(tuple.localHigh, tuple.localLow, tuple.remoteHigh, tuple.remoteLow, tuple.ports);
            assertThat(found).isSameAs(model.get(tuple));
            // First it fills, then it empties, so that it grows and chains shrink.
            boolean fills = i % 100_000 < 60_000;
            if (found == null && fills) {
                Flow flow = flow(tuple);
                table.insert(flow);
                model.put(tuple, flow);
            } else if (found != null && (!fills || random.nextInt(4) == 0)) {
                table.remove(found);
                model.remove(tuple);
            }
            assertThat(table.size()).isEqualTo(model.size());
        }
        Set<Flow> visited = new HashSet<>();
        table.forEach(flow -> assertThat(visited.add(flow)).isTrue());
        assertThat(visited).containsExactlyInAnyOrderElementsOf(model.values());
    }

    @Test
    void oneFlowTakesThePlaceOfAnother() {
        Flow before = flow(tuple());
        table.insert(before);
        Flow after = flow(tuple());
        after.copyTuple(before);
        table.remove(before);
        table.insertHashed(after);
        assertThat(table.find(after.local.high(), after.local.low(), after.remoteHigh, after.remoteLow, after.ports))
                .isSameAs(after);
    }

    /** Few of each, so that tuples differ in any one part and come again. */
    private Tuple tuple() {
        List<IpAddress> addresses = List.of(
                IpAddress.ofIpv4(0x0a000001), IpAddress.ofIpv4(0x0a000002), new IpAddress(0x20010db8L << 32, 1));
        IpAddress local = addresses.get(random.nextInt(3));
        long remoteLow = local.isIpv4() ? IpAddress.mapped(0x0a000000 + random.nextInt(50)) : random.nextInt(50);
        int ports = random.nextInt(60_000, 60_010) << 16 | random.nextInt(80, 90);
        return new Tuple(local.high(), local.low(), local.high(), remoteLow, ports);
    }

    private static Flow flow(Tuple tuple) {
        TimeWait flow = new TimeWait(new PortUse(80));
        flow.local = new IpAddress(tuple.localHigh, tuple.localLow);
        flow.remoteHigh = tuple.remoteHigh;
        flow.remoteLow = tuple.remoteLow;
        flow.ports = tuple.ports;
        return flow;
    }
}
