package io.halfopen.drill;

import io.halfopen.linux.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Commands that scripts ask the machine about itself with. They are done here and not run, so that they are the same on both
 * machines, and can do no harm on this one.
 */
final class HostCommands {
    private static final String HYSTART_DETECT = "/sys/module/tcp_cubic/parameters/hystart_detect";

    /** 1 looks at trains of ACKs, 2 at delays: both is what Linux has, and the stack. */
    private static final String USUAL_DETECTION = "3";

    private static final long LARGEST_FILE = 1 << 26;

    private static final Set<String> OFFLOADS = Set.of("tso", "gso", "gro", "tx", "rx", "sg");

    private final Machine machine;
    private final StringBuilder notes;
    private final Map<String, Integer> files;
    private Map<Counter, Long> shown = Map.of();

    /** The interface takes no packet now. */
    private boolean shut;

    /** {@code files} are those that it makes, with their lengths. */
    HostCommands(Machine machine, StringBuilder notes, Map<String, Integer> files) {
        this.files = files;
        this.machine = machine;
        this.notes = notes;
    }

    /** Does what a command says; false if it is none of these. */
    boolean run(List<String> words) throws Stop {
        String program = words.getFirst().substring(words.getFirst().lastIndexOf('/') + 1);
        return switch (program) {
            case "tc" -> qdisc(words);
            case "rm" -> remove(words);
            case "dd" -> zeros(words);
            case "ip" -> route(words) || forgetPeers(words);
            case "nstat" -> nstat(words);
            case "grep" -> grep(words);
            case "ethtool" -> ethtool(words);
            case "echo" -> hystart(words);
            default -> false;
        };
    }

    /** The queue in front of the interface: as it is at first, or with {@code limit 0} one that takes no packet. */
    private boolean qdisc(List<String> words) throws Stop {
        String command = String.join(" ", words);
        boolean delete = command.matches("tc qdisc (delete|del) dev tun0 root");
        boolean usual = !shut && command.matches("tc qdisc (add|replace) dev tun0 root pfifo");
        boolean shuts = command.matches("tc qdisc (add|replace) dev tun0 root pfifo limit 0");
        if (shuts || delete && shut) {
            machine.blockOutput(shuts);
            shut = shuts;
        }
        return delete || usual || shuts;
    }

    /** {@code rm -f FILE}: a file of the script, of which this machine has none. */
    private boolean remove(List<String> words) {
        boolean plain = words.size() == 3 && words.get(1).equals("-f");
        if (plain) {
            files.remove(words.get(2));
        }
        return plain;
    }

    /** {@code dd if=/dev/zero of=FILE bs=N count=N}: a file of zeros, which only the script has. */
    private boolean zeros(List<String> words) throws Stop {
        Map<String, String> operands = new HashMap<>();
        for (String word : words.subList(1, words.size())) {
            int equals = word.indexOf('=');
            operands.put(equals < 0 ? word : word.substring(0, equals), word.substring(equals + 1));
        }
        String size = operands.getOrDefault("bs", "512");
        String count = operands.getOrDefault("count", "");
        boolean plain = "/dev/zero".equals(operands.get("if")) && operands.containsKey("of");
        if (!plain || !size.matches("\\d{1,6}") || !count.matches("\\d{1,6}")) {
            return false;
        }
        long octets = Long.parseLong(size) * Long.parseLong(count);
        if (octets > LARGEST_FILE) {
            throw Stop.unsupported("a file of " + octets + " octets");
        }
        files.put(operands.getOrDefault("of", ""), (int) octets);
        return true;
    }

    private boolean route(List<String> words) throws Stop {
        RouteCommand command = RouteCommand.parse(words);
        if (command == null) {
            return false;
        }
        machine.route(command.network(), command.bits(), command.metrics());
        return true;
    }

    private boolean forgetPeers(List<String> words) throws Stop {
        if (!words.equals(List.of("ip", "tcp_metrics", "flush", "all"))) {
            return false;
        }
        machine.forgetPeers();
        return true;
    }

    /** It shows what has grown since it was asked last: {@code nstat | grep TcpExtListenDrops} fails if that has not. */
    private boolean nstat(List<String> words) throws Stop {
        boolean filtered =
                words.size() == 4 && words.get(1).equals("|") && words.get(2).equals("grep");
        if (words.size() > 1 && !filtered) {
            return false;
        }
        Map<Counter, Long> now = machine.counters();
        List<String> grown = new ArrayList<>();
        now.forEach((counter, value) -> {
            if (value > shown.getOrDefault(counter, 0L)) {
                grown.add(counter.fullName());
            }
        });
        shown = now;
        if (filtered && grown.stream().noneMatch(name -> name.contains(words.get(3)))) {
            throw Stop.failed("nstat shows no " + words.get(3) + " that has grown");
        }
        return true;
    }

    /** {@code grep TEXT /proc/net/tcp [/proc/net/tcp6] [| grep TEXT]}: fails if no line has them. */
    private boolean grep(List<String> words) throws Stop {
        int pipe = words.indexOf("|");
        int end = pipe < 0 ? words.size() : pipe;
        boolean again =
                pipe < 0 || pipe == words.size() - 3 && words.get(pipe + 1).equals("grep");
        if (end < 3 || !again || !words.subList(2, end).stream().allMatch(ProcNet::isFile)) {
            return false;
        }
        String second = pipe < 0 ? "" : words.getLast();
        for (String file : words.subList(2, end)) {
            if (machine.procNet(file).stream().anyMatch(line -> line.contains(words.get(1)) && line.contains(second))) {
                return true;
            }
        }
        throw Stop.failed("no line of " + String.join(" ", words.subList(2, end)) + " has '" + words.get(1) + "'"
                + (second.isEmpty() ? "" : " and '" + second + "'"));
    }

    /** What leaves is compared segment by segment, and a TUN interface has no offload: it changes nothing. */
    private boolean ethtool(List<String> words) {
        boolean features =
                words.size() > 3 && words.size() % 2 == 1 && words.get(1).equals("-K");
        for (int i = 3; features && i < words.size(); i += 2) {
            features = OFFLOADS.contains(words.get(i)) && words.get(i + 1).equals("off");
        }
        if (features) {
            notes.append("ethtool: the interface has no offload anyway\n");
        }
        return features;
    }

    /** The parameter is that of the whole machine, which is not changed; the value that it has may be set. */
    private boolean hystart(List<String> words) throws Stop {
        if (words.size() != 4 || !words.get(2).equals(">") || !words.get(3).equals(HYSTART_DETECT)) {
            return false;
        }
        if (!words.get(1).equals(detection())) {
            throw Stop.unsupported("hystart_detect " + words.get(1));
        }
        return true;
    }

    private String detection() {
        try {
            boolean kernel = machine.name().equals("kernel");
            return kernel ? Files.readString(Path.of(HYSTART_DETECT)).strip() : USUAL_DETECTION;
        } catch (IOException none) {
            return USUAL_DETECTION; // CUBIC is not loaded yet, and will begin with it
        }
    }
}
