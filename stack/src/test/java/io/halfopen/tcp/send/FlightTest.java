package io.halfopen.tcp.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scoreboard against a list of objects. */
class FlightTest {
    private static final int MSS = 1000;

    private final FlightSlots.Pool pool = new FlightSlots.Pool();
    private final Flight flight = new Flight(pool);
    private final List<Model> model = new ArrayList<>();
    private int nxt;
    private long now;

    private static final class Model {
        int seq;
        int end;
        int flags;
        long sentAt;
        long order;

        /** It may be found lost by time. */
        boolean timed = true;

        Model(int seq, int end, long now) {
            this.seq = seq;
            this.end = end;
            sentAt = now;
            order = now;
        }
    }

    /** The last origin makes the numbers pass the seam of the circle. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1_000_000, Integer.MAX_VALUE - 100_000, -100_000})
    void itIsAListOfPacketsInOrder(int origin) {
        Random random = new Random(origin);
        nxt = origin;
        for (int i = 0; i < 50_000; i++) {
            now += 1000;
            change(random);
            check();
        }
    }

    @Test
    void roomForAsManyAsTheTimeBeforeIsTakenAtOnce() {
        assertThat(roomOfOneAfter(1)).isEqualTo(16);
        assertThat(roomOfOneAfter(40)).isEqualTo(64);
        assertThat(roomOfOneAfter(1)).isEqualTo(16);
        assertThat(pool.lent()).isZero();
    }

    /** So many are sent and acknowledged, then one: how much room there is for it. */
    private int roomOfOneAfter(int packets) {
        sendAndAcknowledge(packets);
        return sendAndAcknowledge(1);
    }

    private int sendAndAcknowledge(int packets) {
        for (int i = 0; i < packets; i++) {
            flight.add(nxt, nxt + MSS, 0, now);
            nxt += MSS;
        }
        int room = flight.slots().capacity();
        flight.expectAsMany();
        for (int i = 0; i < packets; i++) {
            flight.removeFirst(true);
        }
        return room;
    }

    private void change(Random random) {
        int choice = random.nextInt(100);
        if (model.isEmpty() || choice < 35 && model.size() < 200) {
            add(1 + random.nextInt(MSS));
            return;
        }
        int index = random.nextInt(model.size());
        Model packet = model.get(index);
        int slot = flight.at(index);
        switch (choice % 7) {
            case 0 -> removeSome(random.nextInt(4));
            case 1 -> sack(packet, slot);
            case 2 -> lose(packet, slot);
            case 3 -> retransmit(packet, slot);
            case 4 -> split(index, random);
            case 5 -> merge(index);
            default -> {
                flight.untagLost(slot);
                packet.flags &= ~Flight.LOST;
            }
        }
    }

    private void add(int length) {
        flight.add(nxt, nxt + length, 0, now);
        model.add(new Model(nxt, nxt + length, now));
        nxt += length;
    }

    private void removeSome(int count) {
        for (int i = 0; i < count && !model.isEmpty(); i++) {
            flight.removeFirst(true);
            model.removeFirst();
        }
    }

    private void sack(Model packet, int slot) {
        if ((packet.flags & (Flight.SACKED | Flight.LOST)) == 0) {
            flight.tagSacked(slot);
            packet.flags |= Flight.SACKED;
            packet.timed = false;
        }
    }

    private void lose(Model packet, int slot) {
        if ((packet.flags & (Flight.SACKED | Flight.LOST)) == 0) {
            flight.tagLost(slot);
            flight.unlink(slot);
            packet.flags |= Flight.LOST;
            packet.timed = false;
        }
    }

    private void retransmit(Model packet, int slot) {
        if ((packet.flags & Flight.SACKED) == 0) {
            flight.sentAgain(slot, now);
            flight.tagRetransmitted(slot);
            packet.flags |= Flight.RETRANS | Flight.EVER_RETRANS;
            packet.sentAt = now;
            packet.order = now;
            packet.timed = true;
        }
    }

    private void split(int index, Random random) {
        Model packet = model.get(index);
        int length = packet.end - packet.seq;
        if (length < 2) {
            return;
        }
        int first = 1 + random.nextInt(length - 1);
        assertThat(flight.split(index, first)).isTrue();
        Model second = new Model(packet.seq + first, packet.end, packet.sentAt);
        second.flags = packet.flags | Flight.JOINED;
        second.timed = packet.timed;
        second.order = packet.order;
        packet.end = second.seq;
        model.add(index + 1, second);
    }

    private void merge(int index) {
        if (index + 1 == model.size()) {
            return;
        }
        Model second = model.get(index + 1);
        Model first = model.get(index);
        if ((second.flags & Flight.SACKED) != 0 || (first.flags & Flight.SACKED) != 0) {
            return;
        }
        flight.merge(index);
        first.end = second.end;
        first.flags |= second.flags & Flight.EVER_RETRANS;
        model.remove(index + 1);
    }

    private void check() {
        assertThat(flight.packets()).isEqualTo(model.size());
        assertThat(flight.sackedOut()).isEqualTo(countOf(Flight.SACKED));
        assertThat(flight.lostOut()).isEqualTo(countOf(Flight.LOST));
        assertThat(flight.retransOut()).isEqualTo(countOf(Flight.RETRANS));
        for (int i = 0; i < model.size(); i++) {
            Model packet = model.get(i);
            int slot = flight.at(i);
            assertThat(flight.seq(slot)).isEqualTo(packet.seq);
            assertThat(flight.end(slot)).isEqualTo(packet.end);
            assertThat(flight.flags(slot) & 0xff).isEqualTo(packet.flags);
            assertThat(flight.sentAt(slot)).isEqualTo(packet.sentAt);
            assertThat(flight.indexOf(packet.seq)).isEqualTo(i);
            assertThat(flight.indexOf(packet.end - 1)).isEqualTo(i);
        }
        assertThat(flight.indexOf(nxt)).isEqualTo(model.size());
        checkOrder();
    }

    private int countOf(int flag) {
        return (int) model.stream().filter(p -> (p.flags & flag) != 0).count();
    }

    private void checkOrder() {
        List<Long> expected = model.stream()
                .filter(p -> p.timed)
                .sorted(Comparator.comparingLong(p -> p.order))
                .map(p -> p.sentAt)
                .toList();
        List<Long> found = new ArrayList<>();
        for (int slot = flight.sentFirst(); slot != Flight.NOWHERE; slot = flight.sentAfter(slot)) {
            found.add(flight.sentAt(slot));
        }
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void anEmptyOneHasNoArrays() {
        assertThat(flight.slots()).isSameAs(FlightSlots.NONE);
        flight.add(0, 10, 0, 1);
        assertThat(flight.slots()).isNotSameAs(FlightSlots.NONE);
        flight.removeFirst(true);
        assertThat(flight.slots()).isSameAs(FlightSlots.NONE);
    }

    @Test
    void itIsBounded() {
        while (!flight.isFull()) {
            add(1);
        }
        assertThat(flight.packets()).isEqualTo(FlightSlots.MOST);
        assertThat(flight.split(0, 1)).as("two of one").isFalse();
        flight.reset();
        assertThat(flight.isEmpty()).isTrue();
    }

    /** Of a block that grew only the new part is looked at, also if that begins or ends within a packet. */
    @Test
    void whatSackToldBeforeIsNotLookedAtAgain() {
        add(MSS);
        flight.slots().remember(new int[] {1000, 5000}, new int[] {3000, 6000}, 2);
        assertThat(flight.slots().untoldFrom(1000, 3500)).isEqualTo(3000);
        assertThat(flight.slots().untoldFrom(1000, 2000)).isEqualTo(2000);
        assertThat(flight.slots().untoldFrom(500, 2000)).isEqualTo(500);
        assertThat(flight.slots().untoldUntil(3000, 6000)).isEqualTo(5000);
        assertThat(flight.slots().untoldUntil(3000, 7000)).isEqualTo(7000);
    }
}
