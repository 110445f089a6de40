package io.halfopen.app.explain;

import io.halfopen.app.capture.CaptureFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When clients came to a listener, as a capture saw them.
 *
 * @param server its address and port
 * @param times of the first SYN of each, ns, from the first one on; sorted
 * @param rtt the median round trip between client and server, ns; 0 if none was to be seen
 * @param unfinished those left out, who were answered and never finished their handshake: nobody waits there
 */
public record Arrivals(String server, List<Long> times, long rtt, int unfinished) {
    /** More than are explained one by one would be only the latest of them. */
    public static final int MOST = Explainer.MOST;

    /** Of the listener with this port, or of the one to which most came; null if nobody came. */
    public static @Nullable Arrivals read(Path file, @Nullable Integer port) throws IOException {
        Explainer explainer = new Explainer();
        try (CaptureFile capture = CaptureFile.open(file)) {
            capture.read(explainer::packet);
        }
        if (explainer.forgotten() > 0) {
            throw new IOException("more than " + MOST + " connections in " + file + ": cut out a part of it");
        }
        return Explanation.of(explainer).listeners().values().stream()
                .filter(each -> port == null || each.server.port() == port)
                .map(Arrivals::of)
                .filter(each -> !each.times.isEmpty())
                .max(Comparator.comparingInt(each -> each.times.size()))
                .orElse(null);
    }

    private static Arrivals of(ListenerContext listener) {
        List<Long> times = new ArrayList<>();
        List<Long> trips = new ArrayList<>();
        int unfinished = 0;
        for (Conversation each : listener.conversations) {
            boolean synAck = each.fromServer.handshakes > 0;
            if (each.midLife || each.fromClient.handshakes == 0 && !synAck) {
                continue;
            }
            if (listener.seesClients && synAck && each.finalAck == 0) {
                unfinished++;
                continue;
            }
            times.add(each.begin);
            if (each.finalAck > 0 && synAck && each.fromClient.handshakes == 1 && each.fromServer.handshakes == 1) {
                trips.add(each.finalAck - each.begin);
            }
        }
        times.sort(Comparator.naturalOrder());
        trips.sort(Comparator.naturalOrder());
        long first = times.isEmpty() ? 0 : times.getFirst();
        return new Arrivals(
                listener.server.toString(),
                times.stream().map(time -> time - first).toList(),
                trips.isEmpty() ? 0 : trips.get(trips.size() / 2),
                unfinished);
    }
}
