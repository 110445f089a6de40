package io.halfopen.app.live;

import io.halfopen.link.EventLoop;
import io.halfopen.link.OffloadTun;
import io.halfopen.link.PacketTap;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A stack behind a TUN device: the kernel's end is set up, the loop is ready to start. */
final class Wire implements AutoCloseable {
    private final Stack stack;
    private final EventLoop loop;
    private final LoopCalls calls;
    private final IpAddress address;
    private final @Nullable PcapTap pcap;

    private Wire(Stack stack, EventLoop loop, IpAddress address, @Nullable PcapTap pcap) {
        this.stack = stack;
        this.loop = loop;
        this.calls = new LoopCalls(loop, stack);
        this.address = address;
        this.pcap = pcap;
    }

    static Wire open(WireOptions options, PacketTap tap) throws IOException {
        Cidr cidr = options.address;
        if (cidr == null) {
            throw new IllegalStateException("picocli has not set the default of --address");
        }
        OffloadTun tun = OffloadTun.open(options.tun);
        try {
            int mtu = KernelEnd.setUp(tun.name(), cidr, options.peer);
            Stack stack = new Stack(options.kernel, secrets());
            options.applyTo(stack.sysctls());
            stack.addAddress(cidr.address(), mtu);
            if (cidr.address().isIpv4()) {
                stack.addBroadcast(cidr.broadcast());
            }
            PcapTap pcap = options.pcap == null ? null : PcapTap.open(options.pcap);
            List<PacketTap> taps = pcap == null ? List.of(tap) : List.of(tap, pcap);
            return new Wire(stack, new EventLoop(tun, stack, Taps.of(taps)), cidr.address(), pcap);
        } catch (IOException | RuntimeException failed) {
            tun.close();
            throw failed;
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

    @Override
    public void close() {
        loop.close();
        if (pcap != null) {
            pcap.close();
        }
    }
}
