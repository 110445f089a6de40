package io.halfopen.app.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.CommandRun;
import io.halfopen.app.live.LiveFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page on the loopback. */
final class UiTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void servesThePageAndNothingElse() throws IOException, InterruptedException {
        try (PageServer server = new PageServer("<!doctype html>", 0, new LiveFolder(folder));
                HttpClient client = HttpClient.newHttpClient()) {
            URI page = URI.create(server.address());
            HttpResponse<String> there =
                    client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
            assertThat(there.statusCode()).isEqualTo(200);
            assertThat(there.body()).isEqualTo("<!doctype html>");
            assertThat(there.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
            HttpRequest other = HttpRequest.newBuilder(page.resolve("/etc")).build();
            assertThat(client.send(other, BodyHandlers.ofString()).statusCode()).isEqualTo(404);
            HttpRequest post = HttpRequest.newBuilder(page)
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            assertThat(client.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
        }
    }

    @Test
    void aPortThatIsNoneOrTakenIsOneLine() throws IOException {
        assertThat(CommandRun.of("ui", "--port", "70000").err()).contains("--port takes 0 to 65535, not 70000");
        try (PageServer server = new PageServer("", 0, new LiveFolder(folder))) {
            String port = server.address().replaceAll("\\D*127\\.0\\.0\\.1:(\\d+)/", "$1");
            CommandRun run = CommandRun.of("ui", "--port", port);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("port " + port + " of 127.0.0.1 is taken");
        }
    }
}
