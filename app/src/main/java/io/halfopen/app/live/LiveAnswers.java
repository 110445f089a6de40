package io.halfopen.app.live;

import io.halfopen.lab.server.ArticleServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/** What a server answers when it is asked how it is: its loop looks, whoever asks writes it down. */
record LiveAnswers(Wire wire, ArticleServer server, int port, String title, LastDrops drops)
        implements Supplier<String> {
    private static final int PATIENCE_SECONDS = 2;

    /** JSON, or nothing if the server is ending. */
    @Override
    public String get() {
        CompletableFuture<LiveReport> answer = new CompletableFuture<>();
        try {
            wire.execute(() -> look(answer));
            return JsonMapper.shared()
                    .writeValueAsString(
                            answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join());
        } catch (RejectedExecutionException | CompletionException ending) {
            return "";
        }
    }

    /** Whatever goes wrong is a matter of who asks: what is thrown in the loop would end it. */
    private void look(CompletableFuture<LiveReport> answer) {
        try {
            answer.complete(LiveReport.of(
                    wire.stack(),
                    server.listener(),
                    port,
                    title,
                    wire.calls().now(),
                    server.accepted(),
                    drops.latest()));
        } catch (RuntimeException fault) {
            answer.completeExceptionally(fault);
        }
    }
}
