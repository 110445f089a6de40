package io.halfopen.app.ui;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.halfopen.app.live.LiveFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.Set;

/** What the servers of this machine do, as server-sent events: four a second at most, and none while nothing changes. */
final class LiveEvents {
    private static final int OK = 200;
    private static final int FORBIDDEN = 403;
    private static final long PERIOD_MILLIS = 250;

    /** So often something is sent anyway: only that tells that a page is closed. */
    private static final int MOST_SILENT = 20;

    /** A name that leads here and is not one of these may be anybody's, who would read what is not for them. */
    private static final Set<String> OWN_NAMES = Set.of("127.0.0.1", "localhost", "[::1]");

    private final LiveFolder folder;

    LiveEvents(LiveFolder folder) {
        this.folder = folder;
    }

    /** Until the page is closed, or this server is. */
    void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String host =
                    Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Host"), "");
            if (!OWN_NAMES.contains(host.replaceFirst(":\\d+$", ""))) {
                exchange.sendResponseHeaders(FORBIDDEN, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.sendResponseHeaders(OK, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                send(out);
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(OutputStream out) throws IOException, InterruptedException {
        out.write("retry: 1000\n\n".getBytes(UTF_8));
        String last = "";
        for (int silent = 0; ; silent++) {
            String now = "[" + String.join(",", folder.ask()) + "]";
            if (!now.equals(last)) {
                out.write(("data: " + now + "\n\n").getBytes(UTF_8));
                last = now;
                silent = 0;
            } else if (silent >= MOST_SILENT) {
                out.write(": nothing new\n\n".getBytes(UTF_8));
                silent = 0;
            }
            out.flush();
            Thread.sleep(PERIOD_MILLIS);
        }
    }
}
