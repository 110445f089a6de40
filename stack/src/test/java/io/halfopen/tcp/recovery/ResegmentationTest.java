package io.halfopen.tcp.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.tcp.send.Flight;
import io.halfopen.tcp.send.FlightSlots;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/** What left as one, as tcp_fragment and tcp_trim_head leave it. */
class ResegmentationTest {
    private static final int MSS = 1000;

    private final Flight flight = new Flight(new FlightSlots.Pool());
    private int nxt;

    /** Sends so many octets as one. */
    private void burst(int octets) {
        for (int sent = 0; sent < octets; sent += MSS) {
            int length = Math.min(MSS, octets - sent);
            flight.add(nxt, nxt + length, sent > 0 ? Flight.JOINED : 0, 1);
            nxt += length;
        }
    }

    /** The edges of all packets; "+" joins those that belong together. */
    private String edges() {
        StringJoiner edges = new StringJoiner(" ");
        for (int i = 0; i < flight.packets(); i++) {
            int slot = flight.at(i);
            String mark = flight.is(slot, Flight.JOINED) ? "+" : "";
            edges.add(mark + flight.seq(slot) + ":" + flight.end(slot));
        }
        return edges.toString();
    }

    @Test
    void theRestOfABurstIsCutAnewWhereAnAckEnded() {
        burst(2500);
        burst(1000);
        flight.trim(flight.at(0), 300);
        assertThat(Resegmentation.recut(flight, 0, MSS)).as("packets less").isZero();
        assertThat(edges()).isEqualTo("300:1300 +1300:2300 +2300:2500 2500:3500");
    }

    @Test
    void itMayNeedAPacketLess() {
        burst(2200);
        burst(1000);
        flight.trim(flight.at(0), 300);
        assertThat(Resegmentation.recut(flight, 0, MSS)).as("packets less").isEqualTo(1);
        assertThat(edges()).isEqualTo("300:1300 +1300:2200 2200:3200");
    }

    @Test
    void smallerSegmentsMakeMoreOfIt() {
        burst(2500);
        assertThat(Resegmentation.recut(flight, 0, 700)).as("packets less").isEqualTo(-1);
        assertThat(edges()).isEqualTo("0:700 +700:1400 +1400:2100 +2100:2500");
    }

    @Test
    void aPartOfItIsSentAgainOnItsOwn() {
        burst(3500);
        assertThat(Resegmentation.fragment(flight, 0, 2000, MSS)).isTrue();
        assertThat(edges()).isEqualTo("0:1000 +1000:2000 2000:3000 +3000:3500");
        assertThat(Resegmentation.packets(flight, 0)).isEqualTo(2);
        assertThat(Resegmentation.octets(flight, 2)).isEqualTo(1500);
        assertThat(Resegmentation.first(flight, 3)).isEqualTo(2);
    }

    /** As the peer's window may ask for: the rest begins with a whole segment. */
    @Test
    void lessThanASegmentIsCutOff() {
        burst(2500);
        assertThat(Resegmentation.fragment(flight, 0, 400, MSS)).isTrue();
        assertThat(edges()).isEqualTo("0:400 400:1400 +1400:2400 +2400:2500");
    }

    private void sack(int index) {
        flight.tagSacked(flight.at(index));
        Resegmentation.sacked(flight, index);
    }

    @Test
    void whatSackTellsOfIsApart() {
        burst(4000);
        sack(1);
        assertThat(edges()).isEqualTo("0:1000 1000:2000 2000:3000 +3000:4000");
    }

    /** As far as its segments are as long. */
    @Test
    void whatSackTellsOfSideBySideIsOne() {
        burst(2000);
        burst(2000);
        burst(700);
        for (int i = 1; i < 5; i++) {
            sack(i);
        }
        assertThat(edges()).isEqualTo("0:1000 1000:2000 +2000:3000 +3000:4000 4000:4700");
    }
}
