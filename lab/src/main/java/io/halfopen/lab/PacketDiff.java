package io.halfopen.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Which packets of a client only one of two runs has, and which come at another time. */
final class PacketDiff {
    private final Tolerance tolerance;
    private final String who;
    private final List<ClientPackets.Line> stack;
    private final List<ClientPackets.Line> kernel;
    private final List<String> found = new ArrayList<>();

    PacketDiff(Tolerance tolerance, int client, List<ClientPackets.Line> stack, List<ClientPackets.Line> kernel) {
        this.tolerance = tolerance;
        who = "client " + client + ": packet ";
        this.stack = stack;
        this.kernel = kernel;
    }

    List<String> differences() {
        int[][] common = longestCommon();
        int i = 0;
        int j = 0;
        while (i < stack.size() || j < kernel.size()) {
            if (i < stack.size() && j < kernel.size() && isSame(i, j)) {
                compareTimes(stack.get(i++), kernel.get(j++));
            } else if (j == kernel.size() || i < stack.size() && common[i + 1][j] >= common[i][j + 1]) {
                only("stack", stack, i++);
            } else {
                only("kernel", kernel, j++);
            }
        }
        return found;
    }

    private boolean isSame(int i, int j) {
        return stack.get(i).what().equals(kernel.get(j).what());
    }

    /** How many packets the rest of one and the rest of the other have in common, in the same order. */
    private int[][] longestCommon() {
        int[][] common = new int[stack.size() + 1][kernel.size() + 1];
        for (int i = stack.size() - 1; i >= 0; i--) {
            for (int j = kernel.size() - 1; j >= 0; j--) {
                common[i][j] = isSame(i, j) ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }

    private void only(String where, List<ClientPackets.Line> lines, int index) {
        ClientPackets.Line line = lines.get(index);
        if (isOfLateness(lines, index)) {
            return;
        }
        found.add(who + line.what() + " only on the " + where + ", after " + Times.seconds(line.time()));
    }

    /** It is there because the programs were late. */
    private boolean isOfLateness(List<ClientPackets.Line> lines, int index) {
        return cameAgain(lines, index)
                || answersRepeated(lines, index)
                || tolerance.allowsDelayedAcks() && isDelayed(lines, index);
    }

    /** An ACK alone is not sent again: it answers what is. */
    private boolean cameAgain(List<ClientPackets.Line> lines, int index) {
        ClientPackets.Line line = lines.get(index);
        return mayComeAgain(line) && !line.isBareAck() && ClientPackets.isRepeated(lines, index);
    }

    /** What the other side sent again is answered at once, and once; but on its way that answer may be overtaken. */
    private boolean answersRepeated(List<ClientPackets.Line> lines, int index) {
        if (!ClientPackets.tellsNothing(lines, index)) {
            return false;
        }
        boolean fromClient = lines.get(index).fromClient();
        long repeats = IntStream.range(0, index)
                .filter(i -> lines.get(i).fromClient() != fromClient && cameAgain(lines, i))
                .count();
        long answers = IntStream.rangeClosed(0, index)
                .filter(i -> lines.get(i).fromClient() == fromClient && ClientPackets.tellsNothing(lines, i))
                .count();
        return answers <= repeats;
    }

    private boolean mayComeAgain(ClientPackets.Line line) {
        return line.flags().equals("S.")
                ? tolerance.allowsRepeatedSynAcks()
                : tolerance.allowsRepeats() && !line.flags().contains("S");
    }

    /** Where the program acts before an ACK is due, that goes with what it sends. */
    private static boolean isDelayed(List<ClientPackets.Line> lines, int index) {
        ClientPackets.Line line = lines.get(index);
        return line.isBareAck()
                && lines.subList(index + 1, lines.size()).stream().anyMatch(later -> later.carries(line));
    }

    private void compareTimes(ClientPackets.Line a, ClientPackets.Line b) {
        if (!tolerance.allows(a.time(), b.time())) {
            found.add(who + a.what() + " after " + Times.seconds(a.time()) + " on the stack, " + Times.seconds(b.time())
                    + " on the kernel");
        }
    }
}
