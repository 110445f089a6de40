package io.halfopen.app.relay;

import io.halfopen.link.LinkException;
import io.halfopen.link.Tun;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Carries packets between two TUN interfaces, with the weather that it is told: a bad network between two kernels, or a
 * kernel and the stack. Run in a namespace; one of the interfaces can then be moved to another one. Ends with its
 * standard input, and says what it has done.
 *
 * <p>{@code Relay TUN TUN WEATHER WEATHER SEED}: the weather from the first to the second, and back.
 */
public final class Relay {
    private Relay() {}

    public static void main(String[] args) throws Exception {
        long seed = Long.parseLong(args[4]);
        AtomicBoolean ended = new AtomicBoolean();
        try (Tun first = Tun.open(args[0]);
                Tun second = Tun.open(args[1])) {
            Way there = new Way(first, second, new Channel(Weather.parse(args[2]), seed), ended);
            Way back = new Way(second, first, new Channel(Weather.parse(args[3]), seed + 1), ended);
            Thread thereThread = Thread.ofPlatform().start(there);
            Thread backThread = Thread.ofPlatform().start(back);
            System.out.println("relaying");
            System.in.readAllBytes();
            ended.set(true);
            first.wakeUp();
            second.wakeUp();
            thereThread.join();
            backThread.join();
            System.out.println("there: " + there.channel);
            System.out.println("back: " + back.channel);
        }
    }

    /** One direction and its thread. Each interface is read by one and written by the other, so it is locked. */
    private static final class Way implements Runnable {
        private final Tun from;
        private final Tun to;
        private final Channel channel;
        private final AtomicBoolean ended;
        private final byte[] buffer = new byte[1 << 16];

        Way(Tun from, Tun to, Channel channel, AtomicBoolean ended) {
            this.from = from;
            this.to = to;
            this.channel = channel;
            this.ended = ended;
        }

        @Override
        public void run() {
            try {
                while (!ended.get()) {
                    takeAll();
                    deliverDue();
                    long due = channel.nextDue();
                    from.await(due == Long.MAX_VALUE ? due : Math.max(0, due - System.nanoTime()));
                }
            } catch (LinkException failed) {
                System.err.println(failed.getMessage());
                System.exit(1);
            }
        }

        private void takeAll() throws LinkException {
            int length = receive();
            while (length > 0) {
                channel.offer(System.nanoTime(), buffer, length);
                length = receive();
            }
        }

        private int receive() throws LinkException {
            synchronized (from) {
                return from.receive(buffer);
            }
        }

        private void deliverDue() {
            byte @Nullable [] packet = channel.poll(System.nanoTime());
            while (packet != null) {
                synchronized (to) {
                    to.send(packet, 0, packet.length);
                }
                packet = channel.poll(System.nanoTime());
            }
        }
    }
}
