package io.halfopen.app.docs;

import io.halfopen.linux.Counter;
import io.halfopen.linux.DefaultChange;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.KernelChange;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The pages: rules, counters, sysctls, socket options, and what kernels have of them. */
final class Reference {
    private static final String SOURCES = "../stack/src/main/java/io/halfopen/linux/";

    /** Where a chapter begins: a segment meets the rules in the order of the enum. */
    private static final Map<Rule, String> CHAPTERS = Map.ofEntries(
            Map.entry(Rule.NOT_IP, "Packets that are not segments for us"),
            Map.entry(Rule.ICMP_BAD_LENGTH, "ICMP"),
            Map.entry(Rule.MD5_UNEXPECTED, "Signatures"),
            Map.entry(Rule.NO_SOCKET_SIGNED, "No socket"),
            Map.entry(Rule.SYN_BROADCAST, "LISTEN"),
            Map.entry(Rule.SYN_DUPLICATE, "SYN_RECV: half-open"),
            Map.entry(Rule.FAST_OPEN_RESET, "SYN_RECV: Fast Open"),
            Map.entry(Rule.SYN_SENT_BAD_ACK, "SYN_SENT"),
            Map.entry(Rule.SYN_RECV_BAD_ACK, "SYN_RECV: simultaneous open"),
            Map.entry(Rule.PAWS_OLD_ACK, "ESTABLISHED and what follows"),
            Map.entry(Rule.TIME_WAIT_ACKED, "TIME_WAIT"),
            Map.entry(Rule.REASSEMBLY_TIMED_OUT, "Timers"),
            Map.entry(Rule.TIME_WAIT_REUSED, "Calls"));

    private Reference() {}

    /** The text of every page by its file's name. */
    static Map<String, String> pages() {
        return Map.of(
                "rules.md", rules(),
                "counters.md", counters(),
                "sysctls.md", sysctls(),
                "kernel-changes.md", kernelChanges(),
                "socket-options.md", socketOptions());
    }

    private static String head(String title, String source, String prose) {
        return "# " + title + "\n\n<!-- Printed by ./halfopen docs docs from " + source + ".java: edit that. -->\n\n"
                + prose.replace("$SOURCE", "[" + source + ".java](" + SOURCES + source + ".java)");
    }

    private static String rules() {
        StringBuilder page = new StringBuilder(head("Rules", "Rule", """
                Every decision the stack takes has a name, from
                $SOURCE.
                The name is what the lab's timeline shows, what a packet's comment in a pcapng file says, and what tests
                assert. The order is the order in which a segment meets the rules.

                Verdicts: `ACCEPT`, it counts for the connection, and an ACK may follow. `REPLY`, it is answered and has no
                other effect on what it came for. `DROP`, nothing is sent. `SEND`, no segment came: the stack acts at a
                timer or in a call. Each counter named is raised by one; what packets in and out count by themselves
                (`InSegs`, `OutSegs`, `OutRsts` and others) is not repeated here: see [counters.md](counters.md).
                """));
        String[] heads = {"Rule", "Verdict", "What happens", "Counts", "Where Linux decides it"};
        Table table = new Table(heads);
        for (Rule rule : Rule.values()) {
            String chapter = CHAPTERS.get(rule);
            if (chapter != null) {
                page.append(rule.ordinal() == 0 ? "" : table)
                        .append("\n## ")
                        .append(chapter)
                        .append("\n\n");
                table = new Table(heads);
            }
            String counts = Arrays.stream(rule.counts()).map(Counter::name).collect(Collectors.joining(" "));
            table.row(code(rule.name()), rule.verdict().name(), rule.sentence(), counts, rule.where());
        }
        return page.append(table).toString();
    }

    private static String counters() {
        StringBuilder page = new StringBuilder(head("Counters", "Counter", """
                What a stack counts, from
                $SOURCE,
                spelled as /proc/net/snmp and /proc/net/netstat print it. The order is that of the two files, and of nstat.
                All are per stack, as the kernel's are per network namespace.

                A counter without a rule is raised where packets and connections are handled; one with rules may be raised
                there, too, as `RetransSegs` is by every segment sent again.
                """));
        for (Counter.Group group : Counter.Group.values()) {
            page.append("\n## ").append(group).append("\n\n");
            Table table = new Table("Counter", "What it counts", "Raised by rules");
            for (Counter counter : Counter.values()) {
                if (counter.group() == group) {
                    table.row(code(counter.name()), counter.sentence(), rulesThatCount(counter));
                }
            }
            page.append(table);
        }
        return page.toString();
    }

    private static String rulesThatCount(Counter counter) {
        return Arrays.stream(Rule.values())
                .filter(rule -> Arrays.asList(rule.counts()).contains(counter))
                .map(Rule::name)
                .collect(Collectors.joining(" "));
    }

    private static String sysctls() {
        Table table = new Table("Sysctl", "Setting it is", "Range", "Default", "Before", "What it does");
        for (Sysctl sysctl : Sysctl.values()) {
            table.row(
                    code(sysctl.fullName()),
                    sysctl.effect().tag(),
                    sysctl.range(),
                    sysctl.format(sysctl.defaults()),
                    earlier(sysctl),
                    sysctl.sentence());
        }
        return head("Sysctls", "Sysctl", """
                The settings of a stack, from
                $SOURCE,
                with Linux's names. `lab`, `serve` and `connect` take `--sysctl NAME=VALUE`; a name that is not here, and a
                value outside the range, is refused. Setting one is *effective*, or it is *accepted and ignored*: scripts
                set it, so it must not fail, and nothing of what it does in Linux is in the stack. The commands say so on
                standard error. The default is 6.18's, measured in a fresh network namespace; before some version it was
                another, as [kernel-changes.md](kernel-changes.md) says with its source.

                """) + table;
    }

    /** 128 until 5.4: what it was on older kernels, the latest first. */
    private static String earlier(Sysctl sysctl) {
        return DefaultChange.all().reversed().stream()
                .filter(change -> change.sysctl() == sysctl)
                .map(change -> format(change) + " until " + change.since())
                .collect(Collectors.joining("; "));
    }

    private static String format(DefaultChange change) {
        return change.sysctl()
                .format(change.before().stream().mapToInt(Integer::intValue).toArray());
    }

    private static String kernelChanges() {
        Table profiles = new Table("Profile", "Also named");
        Kernel.all()
                .forEach(kernel -> profiles.row(
                        code(kernel.version()),
                        kernel.aliases().stream().map(Reference::code).collect(Collectors.joining(" "))));
        Table changes = new Table("Since", "Change", "Before it is known from", "Source");
        for (KernelChange change : KernelChange.values()) {
            changes.row(
                    change.since(),
                    code(change.name()),
                    change.before().name().toLowerCase(Locale.ROOT),
                    change.source());
        }
        Table defaults = new Table("Until", "Sysctl", "Default", "Source");
        for (DefaultChange change : DefaultChange.all()) {
            defaults.row(change.since(), code(change.sysctl().fullName()), format(change), change.source());
        }
        return head("Kernels by version", "KernelChange", """
                What `--kernel` takes, and what differs between those, from
                $SOURCE.
                A profile is its version: it has each change of that version and of older ones, and the defaults of its
                time. What is since then was measured on 6.18 in every row; the third column says how the time before is
                known: *measured* on a kernel of that time, seen in the *trace* of an article, or from the kernel's
                public *history*, and not measured. What is in no row is 6.18's on every kernel. A setting that came later than
                the kernel cannot be set: `drill` fails as sysctl(8) does, other commands say on standard error that it is ignored.
                [kernels.md](kernels.md) says what the changes mean for a listener.

                """) + profiles + "\n" + changes + "\n" + defaults + "\n"
                + Arrivals.text();
    }

    private static String socketOptions() {
        Table table = new Table("Option", "Setting it is", "What it does");
        for (SocketOption option : SocketOption.values()) {
            String tag = option.settable() ? option.effect().tag() : "refused";
            table.row(code(option.name()), tag, option.sentence());
        }
        return head("Socket options", "SocketOption", """
                What setsockopt(2) and getsockopt(2) of a stack know, from
                $SOURCE:
                options of socket(7), ip(7) and tcp(7). Setting one is *effective*, or it is *accepted and ignored*:
                programs set it and expect success, its value is checked, kept and returned as Linux does, and changes
                nothing. One that can only be read is *refused*: `-ENOPROTOOPT`; so is any that is not here. `TCP_CONGESTION`, which is a name, and `TCP_FASTOPEN_KEY` have calls of
                their own. accept(2) hands
                the listener's options on to the connection.

                """) + table;
    }

    private static String code(String text) {
        return "`" + text + "`";
    }
}
