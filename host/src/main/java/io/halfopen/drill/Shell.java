package io.halfopen.drill;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Commands in backticks. What sets sysctls is understood: {@code sysctl -q a=b}, {@code echo b > /proc/sys/a}, and two
 * files of packetdrill's own tests, {@code set_sysctls.py} and {@code defaults.sh}. Nothing else is run, unless it is
 * allowed.
 */
final class Shell {
    private static final Pattern ARITHMETIC = Pattern.compile("\\$\\(\\(([^$`]*?)\\)\\)");
    private static final String PROC = "/proc/sys/";

    /** What packetdrill's defaults.sh sets, as far as it is about what scripts see. */
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("net.ipv4.tcp_rmem", "4096 540000 15728640"),
            Map.entry("net.ipv4.tcp_wmem", "4096 262144 4194304"),
            Map.entry("net.ipv4.tcp_timestamps", "1"),
            Map.entry("net.ipv4.tcp_syn_retries", "5"),
            Map.entry("net.ipv4.tcp_synack_retries", "5"),
            Map.entry("net.ipv4.tcp_frto", "2"),
            Map.entry("net.ipv4.tcp_sack", "1"),
            Map.entry("net.ipv4.tcp_dsack", "1"),
            Map.entry("net.ipv4.tcp_reordering", "3"),
            Map.entry("net.ipv4.tcp_slow_start_after_idle", "0"),
            Map.entry("net.ipv4.tcp_early_retrans", "4"),
            Map.entry("net.ipv4.tcp_recovery", "1"),
            Map.entry("net.ipv4.tcp_tso_win_divisor", "3"),
            Map.entry("net.ipv4.tcp_ecn", "0"),
            Map.entry("net.ipv4.tcp_pacing_ss_ratio", "200"),
            Map.entry("net.ipv4.tcp_pacing_ca_ratio", "120"),
            Map.entry("net.ipv4.tcp_notsent_lowat", "4294967295"),
            Map.entry("net.ipv4.tcp_fastopen", "1027"),
            Map.entry("net.ipv4.tcp_fastopen_key", "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4"),
            Map.entry("net.ipv4.tcp_syncookies", "1"));

    private final Machine machine;
    private final Path folder;
    private final boolean allowed;
    private final StringBuilder notes;
    private final HostCommands hostCommands;
    private int line;

    /** Commands are run in that folder: packetdrill's scripts name their helpers from where they are themselves. */
    Shell(Machine machine, Path folder, boolean allowed, StringBuilder notes, Map<String, Integer> files) {
        this.machine = machine;
        this.folder = folder;
        this.allowed = allowed;
        this.notes = notes;
        hostCommands = new HostCommands(machine, notes, files);
    }

    void run(String text) throws Stop {
        for (List<String> command : commands(text)) {
            line = lineOf(command, text);
            runEither(command, text);
        }
        line = 0;
    }

    /** How many lines after its beginning the last text has the command that ended the script. */
    int line() {
        return line;
    }

    private static int lineOf(List<String> command, String text) throws Stop {
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (commands(lines[i]).contains(command)) {
                return i;
            }
        }
        return 0;
    }

    /** {@code a || b}: the second only if the first does not succeed. */
    private void runEither(List<String> words, String text) throws Stop {
        int or = words.indexOf("||");
        if (or <= 0) {
            run(words, text);
            return;
        }
        try {
            run(words.subList(0, or), text);
        } catch (Stop failed) {
            notes.append(failed.reason()).append('\n');
            runEither(words.subList(or + 1, words.size()), text);
        }
    }

    /** Programs may be named with their folder. */
    private void run(List<String> words, String text) throws Stop {
        String program = words.getFirst().substring(words.getFirst().lastIndexOf('/') + 1);
        switch (program) {
            case "sysctl" -> assignments(words.subList(1, words.size()));
            case "set_sysctls.py" -> assignments(words.subList(1, words.size()));
            case "defaults.sh" -> defaults();
            case String restore
            when restore.startsWith("sysctl_restore_") -> notes.append("the sysctls are restored with the machine\n");
            case "echo" -> echo(words, text);
            default -> other(words, text);
        }
    }

    private void assignments(List<String> words) throws Stop {
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                set(word.substring(0, equals), word.substring(equals + 1));
            } else if (!word.startsWith("-")) {
                throw Stop.unsupported("'" + word + "' after sysctl");
            }
        }
    }

    private void set(String name, String value) throws Stop {
        String path = name.startsWith(PROC) ? name.substring(PROC.length()) : name;
        machine.sysctl(path.replace('/', '.'), decimal(value));
    }

    /** Numbers may be hexadecimal. */
    private static String decimal(String value) {
        return Pattern.compile("\\b0x([0-9a-fA-F]{1,8})\\b")
                .matcher(value)
                .replaceAll(hex -> Long.toString(Long.parseLong(hex.group(1), 16)));
    }

    private void defaults() throws Stop {
        for (Map.Entry<String, String> each : DEFAULTS.entrySet()) {
            if (machine.hasSysctl(each.getKey())) {
                machine.sysctl(each.getKey(), each.getValue());
            } else {
                notes.append("defaults.sh: ").append(each.getKey()).append(" is ignored\n");
            }
        }
    }

    private void echo(List<String> words, String text) throws Stop {
        int size = words.size();
        if (size == 4 && words.get(2).equals(">") && words.get(3).startsWith(PROC)) {
            set(words.get(3), words.get(1));
        } else {
            other(words, text);
        }
    }

    private void other(List<String> words, String text) throws Stop {
        if (hostCommands.run(words)) {
            return;
        }
        if (!allowed) {
            throw Stop.unsupported("the command `" + String.join(" ", words) + "`, without --allow-shell,");
        }
        try {
            Process process = machine.start(folder, "sh", "-c", text);
            byte[] output = process.getInputStream().readAllBytes();
            if (process.waitFor() != 0) {
                throw Stop.failed("the command exited with " + process.exitValue() + ": "
                        + new String(output, java.nio.charset.StandardCharsets.UTF_8)
                                .lines()
                                .findFirst()
                                .orElse(""));
            }
        } catch (IOException | InterruptedException failed) {
            throw Stop.failed("the command could not be run: " + failed.getMessage());
        }
    }

    /** {@code $((32*1024))} is a number. */
    private static String arithmetic(String text) throws Stop {
        Matcher matcher = ARITHMETIC.matcher(text);
        StringBuilder plain = new StringBuilder();
        while (matcher.find()) {
            try {
                CodeReader reader = new CodeReader(new Place("", 0, 0), matcher.group(1));
                double value = new FormulaParser(reader).formula().value(name -> Double.NaN);
                if (Double.isNaN(value) || !reader.isAtEndOfLine()) {
                    throw Stop.unsupported(matcher.group());
                }
                matcher.appendReplacement(plain, Long.toString((long) value));
            } catch (ScriptException wrong) {
                throw Stop.unsupported(matcher.group());
            }
        }
        return matcher.appendTail(plain).toString();
    }

    /** Commands at line ends and semicolons, in words; what is thrown away ({@code > /dev/null 2>&1}) is left out. */
    static List<List<String>> commands(String text) throws Stop {
        List<List<String>> commands = new ArrayList<>();
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        boolean inWord = false;
        String plain = arithmetic(text)
                        .replace("\\\n", " ")
                        .replaceAll("[2&]?>\\s*/dev/null|2>&1", " ")
                        .replaceAll("&&|#[^\n]*", ";")
                + ";";
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            boolean ends = !quoted && (Character.isWhitespace(c) || c == ';');
            if (c == '"' || c == '\'') {
                quoted = !quoted;
                inWord = true;
            } else if (!ends) {
                word.append(c);
                inWord = true;
            } else if (inWord) {
                words.add(word.toString());
                word.setLength(0);
                inWord = false;
            }
            if (ends && (c == ';' || c == '\n') && !words.isEmpty()) {
                commands.add(List.copyOf(words));
                words.clear();
            }
        }
        return commands;
    }
}
