package io.halfopen.app.drill;

import io.halfopen.drill.Settings;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** packetdrill's own options, with its names; they count more than a script's. */
final class DrillSettings {
    @Option(
            names = "--tolerance_usecs",
            paramLabel = "N",
            description = "How far a time may be off, microseconds; 4000 by default.")
    private @Nullable String toleranceUsecs;

    @Option(
            names = "--tolerance_percent",
            paramLabel = "N",
            description = "The same in percent of the time since the event before; 12.5 on the kernel, 0 on the stack.")
    private @Nullable String tolerancePercent;

    @Option(
            names = "--ip_version",
            paramLabel = "VERSION",
            description = "ipv4, ipv6 or ipv4-mapped-ipv6; ipv4 by default.")
    private @Nullable String ipVersion;

    @Option(names = "--local_ip", paramLabel = "ADDRESS", description = "The machine's address.")
    private @Nullable String localIp;

    @Option(names = "--remote_ip", paramLabel = "ADDRESS", description = "The script's address.")
    private @Nullable String remoteIp;

    @Option(names = "--bind_port", paramLabel = "PORT", description = "What bind(3, ..., ...) takes; 8080.")
    private @Nullable String bindPort;

    @Option(names = "--connect_port", paramLabel = "PORT", description = "Where connect(3, ..., ...) goes; 8080.")
    private @Nullable String connectPort;

    @Option(names = "--mtu", paramLabel = "N", description = "Largest packet to the script's address, octets; 1500.")
    private @Nullable String mtu;

    @Option(
            names = "--mss",
            paramLabel = "N",
            description = "Of what size an injected packet's segments are; a longer packet is not supported.")
    private @Nullable String mss;

    @Option(
            names = "--tcp_ts_tick_usecs",
            paramLabel = "N",
            description = "Compare timestamps, whose clock ticks so often; 0, the default, does not.")
    private @Nullable String tcpTsTickUsecs;

    @Option(names = "--strict_segments", description = "A segment that is expected must come as one.")
    private boolean strictSegments;

    @Option(
            names = {"-D", "--define"},
            paramLabel = "NAME=VALUE",
            description = "A symbol for the arguments of system calls.")
    private List<String> definitions = List.of();

    Settings build(boolean verbose, Function<String, ParameterException> bad) {
        Settings.Builder settings = new Settings.Builder();
        try {
            if (verbose) {
                settings.set("verbose", null);
            }
            set(settings, "mss", mss);
            set(settings, "tolerance_usecs", toleranceUsecs);
            set(settings, "tolerance_percent", tolerancePercent);
            set(settings, "ip_version", ipVersion);
            set(settings, "local_ip", localIp);
            set(settings, "remote_ip", remoteIp);
            set(settings, "bind_port", bindPort);
            set(settings, "connect_port", connectPort);
            set(settings, "mtu", mtu);
            set(settings, "tcp_ts_tick_usecs", tcpTsTickUsecs);
            if (strictSegments) {
                settings.set("strict_segments", null);
            }
            definitions.forEach(definition -> settings.set("define", definition));
        } catch (IllegalArgumentException wrong) {
            throw bad.apply(String.valueOf(wrong.getMessage()));
        }
        return settings.build();
    }

    private static void set(Settings.Builder settings, String name, @Nullable String value) {
        if (value != null) {
            settings.set(name, value);
        }
    }
}
