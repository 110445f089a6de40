package io.halfopen.drill;

import io.halfopen.wire.IpAddress;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * packetdrill's options, of the command line or of a script's first lines. Absent ones are null, so that one set can
 * be laid over another.
 */
public final class Settings {
    /** Options that are read and mean nothing here. */
    private static final Set<String> IGNORED = Set.of(
            "code_command",
            "code_format",
            "code_sockopt",
            "gateway_ip",
            "netmask_ip",
            "speed",
            "init_scripts",
            "is_anyip",
            "send_omit_free",
            "dry_run",
            "debug",
            "tcp_ts_ecr_scaled",
            "non_fatal");

    private final Map<String, Object> values;
    private final Map<String, String> definitions;

    private Settings(Map<String, Object> values, Map<String, String> definitions) {
        this.values = values;
        this.definitions = definitions;
    }

    /** No option at all. */
    public static Settings none() {
        return new Builder().build();
    }

    /** These, and where one is absent the other's. */
    public Settings over(Settings below) {
        Map<String, Object> all = new HashMap<>(below.values);
        all.putAll(values);
        return new Settings(all, definitions);
    }

    Map<String, String> definitions() {
        return definitions;
    }

    private <T> T get(String name, Class<T> type, T otherwise) {
        Object value = values.get(name);
        return value == null ? otherwise : type.cast(value);
    }

    String ipVersion() {
        return get("ip_version", String.class, "ipv4");
    }

    boolean isIpv4OnTheWire() {
        return !ipVersion().equals("ipv6");
    }

    IpAddress local() {
        return get(
                "local_ip", IpAddress.class, IpAddress.parse(isIpv4OnTheWire() ? "192.168.0.1" : "fd3d:fa7b:d17d::1"));
    }

    IpAddress remote() {
        return get("remote_ip", IpAddress.class, IpAddress.parse(isIpv4OnTheWire() ? "192.0.2.1" : "2001:db8::1"));
    }

    int bindPort() {
        return get("bind_port", Integer.class, 8080);
    }

    int connectPort() {
        return get("connect_port", Integer.class, 8080);
    }

    int mtu() {
        return get("mtu", Integer.class, 1500);
    }

    /** The size of the segments of which an injected packet is made, as a network card's; 0 does not say. */
    int mss() {
        return get("mss", Integer.class, 0);
    }

    /** How far a time may be off, nanoseconds. */
    long tolerance() {
        return get("tolerance_usecs", Integer.class, 4000) * 1000L;
    }

    /** How far a time may be off, in percent of what has passed since the event before; or what the machine wants. */
    double tolerancePercent(double otherwise) {
        return get("tolerance_percent", Double.class, otherwise);
    }

    /** Microseconds of a tick of the timestamps' clock; 0 does not compare timestamps. */
    int timestampTick() {
        return get("tcp_ts_tick_usecs", Integer.class, 0);
    }

    /** A segment that is expected must come as one. */
    boolean strictSegments() {
        return values.containsKey("strict_segments");
    }

    /** All that is sent is told. */
    boolean verbose() {
        return values.containsKey("verbose");
    }

    /** Collects options, one after the other. */
    public static final class Builder {
        private final Map<String, Object> values = new HashMap<>();
        private final Map<String, String> definitions = new HashMap<>();

        /**
         * Sets one.
         *
         * @param name without the two dashes
         * @param value null where there is no {@code =}
         * @throws IllegalArgumentException with a sentence for the user
         */
        public Builder set(String name, @Nullable String value) {
            if (name.equals("strict_segments") || name.equals("verbose")) {
                values.put(name, true);
                return this;
            }
            if (IGNORED.contains(name)) {
                return this;
            }
            if (value == null) {
                throw new IllegalArgumentException(isKnown(name) ? "--" + name + " needs a value" : unknown(name));
            }
            if (name.equals("define")) {
                define(value);
            } else {
                values.put(name, parse(name, value));
            }
            return this;
        }

        private static boolean isKnown(String name) {
            return Set.of(
                            "ip_version",
                            "local_ip",
                            "remote_ip",
                            "bind_port",
                            "connect_port",
                            "mtu",
                            "mss",
                            "tolerance_usecs",
                            "tolerance_percent",
                            "tcp_ts_tick_usecs",
                            "define")
                    .contains(name);
        }

        private static String unknown(String name) {
            return "unknown option --" + name;
        }

        private static Object parse(String name, String value) {
            return switch (name) {
                case "ip_version" -> ipVersion(value);
                case "local_ip", "remote_ip" -> IpAddress.parse(value.replaceFirst("/\\d+$", ""));
                case "bind_port", "connect_port" -> number(name, value, 1, 65535);
                case "mss" -> number(name, value, 1, 65535);
                case "mtu" -> number(name, value, 68, 65535);
                case "tolerance_usecs", "tcp_ts_tick_usecs" -> number(name, value, 0, Integer.MAX_VALUE);
                case "tolerance_percent" -> percent(value);
                default -> throw new IllegalArgumentException(unknown(name));
            };
        }

        private static String ipVersion(String value) {
            if (!Set.of("ipv4", "ipv6", "ipv4-mapped-ipv6").contains(value)) {
                throw new IllegalArgumentException(
                        "--ip_version is ipv4, ipv6 or ipv4-mapped-ipv6, not '" + value + "'");
            }
            return value;
        }

        private static Integer number(String name, String value, int least, int most) {
            try {
                int number = Integer.parseInt(value);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException notANumber) {
                // said below, as for one out of range
            }
            throw new IllegalArgumentException("--" + name + " is " + least + " to " + most + ", not '" + value + "'");
        }

        private static Double percent(String value) {
            try {
                return new BigDecimal(value).doubleValue();
            } catch (NumberFormatException notANumber) {
                throw new IllegalArgumentException("--tolerance_percent is a number, not '" + value + "'");
            }
        }

        private void define(String value) {
            int equals = value.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException("--define is NAME=VALUE, not '" + value + "'");
            }
            definitions.put(value.substring(0, equals), value.substring(equals + 1));
        }

        Map<String, String> definitions() {
            return definitions;
        }

        public Settings build() {
            return new Settings(new HashMap<>(values), new HashMap<>(definitions));
        }
    }
}
