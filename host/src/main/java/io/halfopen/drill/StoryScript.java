package io.halfopen.drill;

import io.halfopen.drill.Story.Wait;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes down what happens in a story as a script, in the language of packetdrill. */
final class StoryScript {
    private final StringBuilder text = new StringBuilder();
    private final Map<StoryPeer, Integer> firstStamps = new HashMap<>();
    private int millis;
    private int before;

    StoryScript(Story story) {
        text.append(story.ipv6() ? "--ip_version=ipv6\n" : "");
        story.sysctls().forEach((name, value) -> line("`sysctl -q " + name + "=" + value + "`"));
        line("socket(..., SOCK_STREAM, IPPROTO_TCP) = 3");
        line("bind(3, ..., ...) = 0");
        if (story.deferAccept() > 0) {
            line("setsockopt(3, IPPROTO_TCP, TCP_DEFER_ACCEPT, [" + story.deferAccept() + "], 4) = 0");
        }
        line("listen(3, " + story.backlog() + ") = 0");
    }

    /** Of a watched story it says as well that nothing else was sent. */
    String text(boolean watched) {
        return watched ? text + seconds(millis) + " %{ assert unexpected_packets == 0 }%\n" : text.toString();
    }

    private void line(String event) {
        text.append(seconds(millis)).append(' ').append(event).append(System.lineSeparator());
    }

    private static String seconds(int millis) {
        return String.format(Locale.ROOT, "%d.%03d", millis / 1000, millis % 1000);
    }

    void wait(Wait wait) {
        before = millis;
        millis += wait.millis();
    }

    /** Something else than waiting is done now. */
    void act() {
        before = millis;
    }

    void call(String call) {
        line(call);
    }

    void sysctl(String name, int value) {
        line("`sysctl -q " + name + "=" + value + "`");
    }

    /** A formula holds now. */
    void check(String formula) {
        line("%{ assert " + formula + " }%");
    }

    void poll(int fd, String bits) {
        String asked = "POLLIN|POLLPRI|POLLOUT|POLLRDHUP";
        line("poll([{fd=" + fd + ", events=" + asked + ", revents=" + bits + "}], 1, 0) = "
                + (bits.equals("0") ? 0 : 1));
    }

    void sent(StoryPeer peer, TcpPacket packet) {
        line("< " + endpoint(peer) + ">" + peer.localPort + " " + relative(peer, packet, peer.isn()));
    }

    /** In a wait nobody knows just when. */
    void heard(StoryPeer peer, TcpPacket packet) {
        String when = before == millis ? seconds(millis) : seconds(before) + "~" + seconds(millis);
        Integer isn = packet.has(TcpHeader.SYN) ? Integer.valueOf(packet.seq()) : peer.isn();
        String what = "> " + peer.localPort + ">" + endpoint(peer) + " " + relative(peer, packet, isn);
        text.append(when).append(' ').append(what).append(System.lineSeparator());
    }

    private static String endpoint(StoryPeer peer) {
        String host = peer.address.isIpv4() ? peer.address.toString() : "[" + peer.address + "]";
        return host + ":" + peer.port;
    }

    /** With the numbers of a script: those of the machine begin with 0. */
    private TcpPacket relative(StoryPeer peer, TcpPacket packet, @Nullable Integer isn) {
        int base = isn == null ? 0 : isn;
        boolean in = packet.inbound();
        boolean zero = packet.has(TcpHeader.RST) && packet.has(TcpHeader.ACK) && packet.seq() == 0;
        List<TcpOption> options = new ArrayList<>();
        for (TcpOption option : packet.options() == null ? List.<TcpOption>of() : packet.options()) {
            options.add(
                    switch (option) {
                        case TcpOption.Timestamps ts -> relative(peer, in, packet, ts);
                        case TcpOption.Sack sack
                        when in ->
                            new TcpOption.Sack(sack.edges().stream()
                                    .map(edge -> edge - base)
                                    .toList());
                        default -> option;
                    });
        }
        return new TcpPacket(
                in,
                IpInfo.NONE,
                null,
                packet.flags(),
                in || zero ? packet.seq() : packet.seq() - base,
                packet.length(),
                in && packet.has(TcpHeader.ACK) ? packet.ack() - base : packet.ack(),
                packet.window(),
                packet.urgent(),
                options);
    }

    private TcpOption relative(StoryPeer peer, boolean in, TcpPacket packet, TcpOption.Timestamps ts) {
        if (!in) {
            int first = firstStamps.computeIfAbsent(peer, key -> ts.value());
            return new TcpOption.Timestamps(ts.value() - first, ts.echo());
        }
        int first = firstStamps.getOrDefault(peer, 0);
        boolean echoes = packet.has(TcpHeader.ACK);
        return new TcpOption.Timestamps(ts.value(), echoes ? ts.echo() - first : ts.echo());
    }
}
