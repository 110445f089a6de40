package io.halfopen.app.watch;

import io.halfopen.linux.Counter;
import java.io.PrintWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/** Where there is no terminal: a line a second, about what changed in it. */
final class LineView implements View {
    private final PrintWriter out;
    private long dropsBefore;

    LineView(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void show(Watch watch) {
        Board board = watch.board();
        long full = board.byTrouble().stream().filter(Watched::isFull).count();
        long drops = board.counted(Counter.ListenDrops);
        StringBuilder line = new StringBuilder(LocalTime.now(ZoneId.systemDefault())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString());
        line.append("  ").append(Advice.count(board.ports().length, "port")).append(", ");
        line.append(full).append(" full, ").append(drops - dropsBefore).append(" dropped");
        if (!board.byTrouble().isEmpty() && board.byTrouble().getFirst().isTroubled()) {
            Watched worst = board.byTrouble().getFirst();
            line.append("; worst ")
                    .append(worst.key)
                    .append(' ')
                    .append(worst.queued)
                    .append('/');
            line.append(worst.backlog + 1L)
                    .append(", ")
                    .append(worst.guessed > 0 ? "~" : "")
                    .append(worst.dropped());
        }
        dropsBefore = drops;
        out.println(line);
    }
}
