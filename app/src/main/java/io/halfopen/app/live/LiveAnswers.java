package io.halfopen.app.live;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/** What a server answers when it is asked how it is: its loops look, whoever asks writes it down. */
record LiveAnswers(List<ServedQueue> queues, int port, String title) implements Supplier<String> {
    private static final int PATIENCE_SECONDS = 2;

    /** JSON, or nothing if the server is ending. */
    @Override
    public String get() {
        try {
            List<CompletableFuture<LiveReport>> answers =
                    queues.stream().map(this::ask).toList();
            List<LiveReport> reports = answers.stream()
                    .map(answer ->
                            answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join())
                    .toList();
            return JsonMapper.shared().writeValueAsString(LiveReport.sum(reports));
        } catch (RejectedExecutionException | CompletionException ending) {
            return "";
        }
    }

    private CompletableFuture<LiveReport> ask(ServedQueue queue) {
        CompletableFuture<LiveReport> answer = new CompletableFuture<>();
        queue.wire().execute(() -> look(queue, answer));
        return answer;
    }

    /** Whatever goes wrong is a matter of who asks: what is thrown in the loop would end it. */
    private void look(ServedQueue queue, CompletableFuture<LiveReport> answer) {
        try {
            answer.complete(queue.report(port, title));
        } catch (RuntimeException fault) {
            answer.completeExceptionally(fault);
        }
    }
}
