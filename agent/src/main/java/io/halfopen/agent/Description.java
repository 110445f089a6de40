package io.halfopen.agent;

import io.halfopen.linux.Sysctl;
import io.halfopen.nio.Fault;
import io.halfopen.nio.Listening;
import io.halfopen.nio.Network;
import io.halfopen.nio.NetworkTime;
import io.halfopen.nio.PacketKind;
import io.halfopen.nio.Unreachable;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a network is to be: a line for each host, listener, way and fault, in the words of docs/nio.md. */
final class Description {
    /** One that is about the network itself, or one that is done when it is open. */
    private record Line(Words words, String verb) {}

    private static final String VERBS = "seed, time, pure, host, set, delay, listen, fault, story or pcapng";

    private final Network.Builder builder = Network.builder();
    private final List<Line> later = new ArrayList<>();
    private @Nullable Path story;
    private @Nullable Path pcapng;
    private @Nullable Path beyond;
    private IpAddress home = IpAddress.ANY_V4;
    private int mtu;

    /** {@code name} is the file's, for messages. */
    Description(String name, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            Words words = new Words(name + ":" + (i + 1), lines.get(i));
            if (words.isEmpty()) {
                continue;
            }
            words.check(() -> read(words));
        }
    }

    private void read(Words words) {
        String verb = words.next(VERBS);
        switch (verb) {
            case "seed" -> builder.seed(words.number("a number"));
            case "time" -> builder.time(time(words));
            case "pure" -> builder.pure();
            case "uplink" -> uplink(words);
            case "story" -> story = Path.of(words.next("a file"));
            case "pcapng" -> pcapng = Path.of(words.next("a file"));
            case "host", "set", "delay", "listen", "fault" -> {
                later.add(new Line(words, verb));
                return;
            }
            default -> throw words.unknown(verb, VERBS);
        }
        words.end();
    }

    /** The line that {@code halfopen run --tun} adds, and nobody else: where the packets go, our address, the MTU. */
    private void uplink(Words words) {
        beyond = Path.of(words.next("a socket"));
        home = IpAddress.parse(words.next("an address"));
        mtu = words.number("an MTU");
    }

    /** Whether the real network is a part of it. */
    boolean goesBeyond() {
        return beyond != null;
    }

    private static NetworkTime time(Words words) {
        String kinds = "real, automatic, or scaled and a factor";
        String kind = words.next(kinds);
        return switch (kind) {
            case "real" -> NetworkTime.real();
            case "automatic" -> NetworkTime.automatic();
            case "scaled" -> NetworkTime.scaled(words.decimal("a factor"));
            default -> throw words.unknown(kind, kinds);
        };
    }

    /** Opens it, and does what the lines say, in their order. */
    Network open() {
        Path socket = beyond;
        if (socket != null) {
            builder.uplink(ChannelUplink.connect(socket, Agent::endProgram), home, mtu);
        }
        Network network = builder.open();
        try {
            for (Line line : later) {
                line.words().check(() -> {
                    act(network, line.verb(), line.words());
                    line.words().end();
                });
            }
            return network;
        } catch (IllegalArgumentException wrong) {
            network.close();
            throw wrong;
        }
    }

    private static void act(Network network, String verb, Words words) {
        switch (verb) {
            case "host" -> host(network, words);
            case "set" -> set(network, words);
            case "delay" -> network.delay(words.next("a host"), words.next("another host"), words.duration());
            case "listen" -> listen(network, words);
            default -> fault(network, words);
        }
    }

    private static void host(Network network, Words words) {
        String name = words.next("a name");
        List<String> addresses = words.rest();
        if (addresses.isEmpty()) {
            Object unused = network.host(name);
        } else {
            Object unused = network.host(name, addresses.toArray(String[]::new));
        }
    }

    private static void set(Network network, Words words) {
        String host = words.next("a host");
        Sysctl sysctl = Sysctl.named(words.next("a sysctl"));
        Object unused = network.host(host).set(sysctl, sysctl.parse(String.join(" ", words.rest())));
    }

    private static void listen(Network network, Words words) {
        String choices = "backlog, full, never-accepts, accepts, accepts-after, resets or dies-after";
        Listening listening = network.host(words.next("a host")).listen(words.number("a port"));
        while (words.hasNext()) {
            String what = words.next(choices);
            Object unused = switch (what) {
                case "backlog" -> listening.backlog(words.number("a backlog"));
                case "full" -> listening.full();
                case "never-accepts" -> listening.neverAccepts();
                case "accepts" -> listening.accepts();
                case "accepts-after" -> listening.acceptsAfter(words.duration());
                case "resets" -> listening.resets();
                case "dies-after" -> listening.diesAfter(words.duration());
                default -> throw words.unknown(what, choices);
            };
        }
    }

    private static void fault(Network network, Words words) {
        String choices = "from, to, between, port, after, first, probability,"
                + " and at the end drop, delay, duplicate, reset, reset-both or reject";
        Fault.Builder fault = network.on(words.constant(PacketKind.class));
        boolean done = false;
        while (!done) {
            String what = words.next(choices);
            done = true;
            switch (what) {
                case "drop" -> fault.drop();
                case "delay" -> fault.delay(words.duration());
                case "duplicate" -> fault.duplicate();
                case "reset" -> fault.reset();
                case "reset-both" -> fault.resetBoth();
                case "reject" -> fault.reject(words.constant(Unreachable.class));
                default -> {
                    fault = narrowed(fault, what, words, choices);
                    done = false;
                }
            }
        }
    }

    private static Fault.Builder narrowed(Fault.Builder fault, String what, Words words, String choices) {
        return switch (what) {
            case "from" -> fault.from(words.next("a host"));
            case "to" -> fault.to(words.next("a host"));
            case "between" -> fault.between(words.next("a host"), words.next("another host"));
            case "port" -> fault.port(words.number("a port"));
            case "after" -> fault.after(words.number("a number"));
            case "first" -> fault.first(words.number("a number"));
            case "probability" -> fault.probability(words.decimal("0 to 1"));
            default -> throw words.unknown(what, choices);
        };
    }

    /** What was asked for, at the end. */
    void write(Network network) throws IOException {
        if (story != null) {
            Files.writeString(story, network.story());
        }
        if (pcapng != null) {
            network.writePcapng(pcapng);
        }
    }
}
