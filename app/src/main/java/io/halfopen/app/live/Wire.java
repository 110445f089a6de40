package io.halfopen.app.live;

import io.halfopen.link.EtherLink;
import io.halfopen.link.EventLoop;
import io.halfopen.link.Link;
import io.halfopen.link.OffloadTun;
import io.halfopen.link.PacketTap;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A stack behind a TUN interface, whose other end is set up, or on an Ethernet one: the loop is ready to start. */
final class Wire implements AutoCloseable {
    private final Stack stack;
    private final EventLoop loop;
    private final LoopCalls calls;
    private final IpAddress address;
    private final Link link;
    private final @Nullable PcapTap pcap;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Wire(Stack stack, Link link, EventLoop loop, IpAddress address, @Nullable PcapTap pcap) {
        this.stack = stack;
        this.link = link;
        this.loop = loop;
        this.calls = new LoopCalls(loop, stack);
        this.address = address;
        this.pcap = pcap;
    }

    static Wire open(WireOptions options, PacketTap tap) throws IOException {
        return openAll(options, List.of(tap)).getFirst();
    }

    /**
     * One for each tap, on as many queues of one interface. Their stacks share nothing but the address, the settings, the secrets and the
     * time, so that each understands what another has sent; the first that ends ends all.
     */
    static List<Wire> openAll(WireOptions options, List<PacketTap> taps) throws IOException {
        Cidr cidr = options.address;
        if (cidr == null) {
            throw new IllegalStateException("picocli has not set the default of --address");
        }
        Attachment attachment = Attachment.to(options, cidr, taps.size());
        try {
            Secrets secrets = secrets();
            long start = System.nanoTime();
            PcapTap pcap = options.pcap == null ? null : PcapTap.open(options.pcap, taps.size());
            List<Wire> wires = new ArrayList<>();
            for (int i = 0; i < taps.size(); i++) {
                Stack stack = stack(options, cidr, attachment.mtu(), secrets);
                PacketTap tap = pcap == null ? taps.get(i) : Taps.of(List.of(taps.get(i), pcap));
                Link link = attachment.links().get(i);
                wires.add(new Wire(stack, link, new EventLoop(link, stack, tap, start), cidr.address(), pcap));
            }
            EventLoop.ring(wires.stream().map(wire -> wire.loop).toList());
            return wires;
        } catch (IOException | RuntimeException failed) {
            attachment.links().forEach(Link::close);
            throw failed;
        }
    }

    private static Stack stack(WireOptions options, Cidr cidr, int mtu, Secrets secrets) {
        Stack stack = new Stack(options.kernel, secrets);
        options.applyTo(stack.sysctls());
        stack.addAddress(cidr.address(), mtu);
        if (cidr.address().isIpv4()) {
            stack.addBroadcast(cidr.broadcast());
        }
        return stack;
    }

    /** What the stacks are attached to, and the largest packet that goes there. */
    private record Attachment(List<? extends Link> links, int mtu) {
        static Attachment to(WireOptions options, Cidr cidr, int queues) throws IOException {
            if (options.ethernet != null) {
                KernelEnd.requireNotOurs(cidr.address());
                EtherLink link = EtherLink.open(options.ethernet, cidr.address(), cidr.prefix(), options.gateway);
                return new Attachment(List.of(link), link.mtu());
            }
            List<OffloadTun> tuns =
                    queues == 1 ? List.of(OffloadTun.open(options.tun)) : OffloadTun.openQueues(options.tun, queues);
            try {
                return new Attachment(tuns, KernelEnd.setUp(tuns.getFirst().name(), cidr, options.peer));
            } catch (IOException | RuntimeException failed) {
                tuns.forEach(OffloadTun::close);
                throw failed;
            }
        }
    }

    private static Secrets secrets() {
        SecureRandom random = new SecureRandom();
        return new Secrets(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
    }

    Stack stack() {
        return stack;
    }

    LoopCalls calls() {
        return calls;
    }

    IpAddress address() {
        return address;
    }

    void start() {
        loop.start(calls);
    }

    void execute(Runnable task) {
        loop.execute(task);
    }

    /** Waits for the end; what ended it in error is thrown. */
    void join() throws IOException, InterruptedException {
        try {
            loop.join();
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case IOException link -> throw link;
                case UncheckedIOException tap -> throw tap.getCause();
                case null, default -> throw new IllegalStateException("the loop failed", failed.getCause());
            }
        }
    }

    /** See {@link EventLoop#lostSyns}. */
    long lostSyns() {
        return loop.lostSyns();
    }

    /** See {@link EtherLink#lost}; after the end. */
    long lostFrames() {
        return link instanceof EtherLink ether ? ether.lost() : 0;
    }

    /** See {@link EtherLink#unreachable}; after the end. */
    long unreachable() {
        return link instanceof EtherLink ether ? ether.unreachable() : 0;
    }

    @Override
    public void close() {
        loop.close();
        if (pcap != null && closed.compareAndSet(false, true)) {
            pcap.close();
        }
    }
}
