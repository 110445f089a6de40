package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code halfopen ui} sees of a {@code halfopen serve} in another network namespace. */
@Timeout(300)
class LiveViewTest {
    @TempDir
    private Path folder = Path.of("");

    /** The next event of which that is true; null where there is none any more. */
    private static JsonNode await(Iterator<String> lines, Predicate<JsonNode> wanted) {
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith("data: ")) {
                JsonNode event = JsonMapper.shared().readTree(line.substring(6));
                if (wanted.test(event)) {
                    return event;
                }
            }
        }
        throw new AssertionError("no such event");
    }

    private static JsonNode queues(JsonNode event) {
        return event.get(0).get("listeners").get(0).get("queues");
    }

    @Test
    void bothQueuesAndTheLastDropsAreSeenFromOutside() throws Exception {
        Path live = Files.createDirectory(folder.resolve("live"));
        Files.writeString(live.resolve("serve-" + Integer.MAX_VALUE + ".sock"), "left by one that was killed");
        try (NetNamespace namespace = NetNamespace.create("ab");
                RealProcess ui = RealProcess.start(Halfopen.command("ui", "--port", "0", "--live", live.toString()));
                HttpClient client = HttpClient.newHttpClient()) {
            String page = ui.awaitOut("/  (Ctrl-C ends it)").split(" ", 2)[0];
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(page + "live")).build();
            HttpResponse<Stream<String>> response = client.send(request, BodyHandlers.ofLines());
            assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream; charset=utf-8");
            try (Stream<String> lines = response.body()) {
                Iterator<String> each = lines.iterator();
                assertThat(await(each, event -> true))
                        .as("before a server runs")
                        .isEmpty();
                RealProcess serve =
                        Halfopen.serve(namespace, "--backlog", "1", "--service", "forever", "--live", live.toString());
                namespace.start("ab", "-n", "6", "-c", "6", "http://10.9.0.2:8088/");
                JsonNode full = await(
                        each,
                        event -> !event.isEmpty()
                                && queues(event).get("acceptQueue").asInt() == 2
                                && !event.get(0).get("latest").isEmpty());
                JsonNode server = full.get(0);
                assertThat(server.get("title").asString()).isEqualTo("http://10.9.0.2:8088/");
                assertThat(server.get("pid").asLong()).isEqualTo(serve.pid());
                assertThat(server.get("accepted").asInt()).isEqualTo(1);
                JsonNode bounds = server.get("listeners").get(0).get("bounds");
                assertThat(bounds.get("acceptHolds").asInt()).isEqualTo(2);
                JsonNode drop = server.get("latest").get(0);
                assertThat(drop.get("peer").asString()).startsWith("10.9.0.1:");
                String rule = drop.get("rule").asString();
                assertThat(server.get("drops").get(rule).asInt()).isPositive();
                assertThat(server.get("rules").get(rule).get(0).asString()).isEqualTo("DROP");
                serve.interrupt();
                assertThat(serve.exitCode()).isEqualTo(130);
                assertThat(await(each, JsonNode::isEmpty))
                        .as("when it has ended")
                        .isEmpty();
            }
            assertThat(live).isEmptyDirectory();
        }
    }

    private ServerSocketChannel bind(String name) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(folder.resolve(name)));
    }

    /** One that was stopped takes the question and says nothing, one that was killed does not even that. */
    @Test
    void whoDoesNotAnswerIsPassedOver() throws Exception {
        LiveFolder live = new LiveFolder(folder);
        bind("serve-2.sock").close();
        LiveSocket answers = LiveSocket.open(live, () -> "{}");
        ServerSocketChannel stopped = bind("serve-1.sock");
        try {
            assertThat(live.ask()).containsExactly("{}");
        } finally {
            stopped.close();
            answers.close();
        }
        assertThat(live.ask()).isEmpty();
    }

    /** A page from elsewhere whose name was made to lead here would read what is not for it. */
    @Test
    void whoComesByAnotherNameIsRefused() throws Exception {
        try (RealProcess ui = RealProcess.start(Halfopen.command("ui", "--port", "0", "--live", folder.toString()))) {
            String page = ui.awaitOut("/  (Ctrl-C ends it)").split(" ", 2)[0];
            Process curl = new ProcessBuilder(
                            "curl",
                            "-s",
                            "-o",
                            "/dev/null",
                            "-w",
                            "%{http_code}",
                            "-H",
                            "Host: evil.example",
                            page + "live")
                    .start();
            assertThat(new String(curl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo("403");
        }
    }

    @Test
    void aServerServesWhereNobodyCanLookOn() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        try (NetNamespace namespace = NetNamespace.create("curl")) {
            RealProcess serve = Halfopen.serve(namespace, "--live", file.toString());
            assertThat(serve.awaitErr("halfopen ui will not find it")).contains("halfopen serve: ");
            assertThat(namespace.run("curl", "-s", "http://10.9.0.2:8088/")).isEqualTo("Hello World!\n");
        }
    }
}
