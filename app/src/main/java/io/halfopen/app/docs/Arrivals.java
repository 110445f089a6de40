package io.halfopen.app.docs;

import io.halfopen.linux.Counter;
import io.halfopen.linux.CounterArrival;
import io.halfopen.linux.InfoArrival;
import io.halfopen.linux.KernelChange.Evidence;
import io.halfopen.linux.SysctlArrival;
import java.util.Locale;
import java.util.stream.Collectors;

/** What came with a version, as tables: settings, counters, fields of struct tcp_info. */
final class Arrivals {
    private Arrivals() {}

    static String text() {
        return sysctls() + """

                A counter that came later is not there, and 0 to a stack's own program; a check of `drill` that names it
                sees 0, too. They are named as nstat does.

                """ + counters() + """

                getsockopt(TCP_INFO) tells less on older kernels: its struct is %d octets long before the first of these
                rows. A check of `drill` that names a field of later skips its script, on a profile as on a kernel.

                """.formatted(InfoArrival.FIRST_LENGTH) + fields();
    }

    private static String sysctls() {
        Table table = new Table("Since", "Sysctl", "That it was not before is known from", "Source");
        for (SysctlArrival row : SysctlArrival.all()) {
            table.row(row.since(), code(row.sysctl().fullName()), evidence(row.before()), row.source());
        }
        return table.toString();
    }

    private static String counters() {
        Table table = new Table("Since", "Counters", "That they were not before is known from", "Source");
        for (CounterArrival row : CounterArrival.all()) {
            String names = row.counters().stream()
                    .map(Counter::fullName)
                    .map(Arrivals::code)
                    .collect(Collectors.joining(" "));
            table.row(row.since(), names, evidence(row.before()), row.source());
        }
        return table.toString();
    }

    private static String fields() {
        Table table = new Table("Since", "Octets", "Fields", "That they were not before is known from", "Source");
        for (InfoArrival row : InfoArrival.all()) {
            String names =
                    row.fields().stream().map(field -> code("tcpi_" + field)).collect(Collectors.joining(" "));
            String length = Integer.toString(row.length());
            table.row(row.since(), length, names, evidence(row.before()), row.source());
        }
        return table.toString();
    }

    private static String evidence(Evidence evidence) {
        return evidence.name().toLowerCase(Locale.ROOT);
    }

    private static String code(String text) {
        return "`" + text + "`";
    }
}
