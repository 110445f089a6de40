package io.halfopen.drill;

import java.util.List;
import java.util.Map;

/** The names of ICMP's types and codes: RFC 792, RFC 1812 section 5.2.7.1, RFC 4443; {@code type_3} names a number. */
final class IcmpTypes {
    private static final Map<String, Integer> V4 = Map.ofEntries(
            Map.entry("echo_reply", 0),
            Map.entry("unreachable", 3),
            Map.entry("source_quench", 4),
            Map.entry("redirect", 5),
            Map.entry("echo_request", 8),
            Map.entry("time_exceeded", 11),
            Map.entry("parameter_problem", 12),
            Map.entry("timestamp_request", 13),
            Map.entry("timestamp_reply", 14),
            Map.entry("information_request", 15),
            Map.entry("information_reply", 16),
            Map.entry("address_mask_request", 17),
            Map.entry("address_mask_reply", 18));

    private static final Map<String, Integer> V6 = Map.ofEntries(
            Map.entry("unreachable", 1),
            Map.entry("packet_too_big", 2),
            Map.entry("time_exceeded", 3),
            Map.entry("parameter_problem", 4),
            Map.entry("echo_request", 128),
            Map.entry("echo_reply", 129));

    /** The codes of IPv4's unreachable, from 0 on. */
    private static final List<String> V4_CODES = List.of(
            "net_unreachable",
            "host_unreachable",
            "protocol_unreachable",
            "port_unreachable",
            "frag_needed",
            "source_route_failed",
            "net_unknown",
            "host_unknown",
            "source_host_isolated",
            "net_prohibited",
            "host_prohibited",
            "net_unreachable_for_tos",
            "host_unreachable_for_tos",
            "packet_filtered",
            "precedence_violation",
            "precedence_cutoff");

    private static final Map<String, Integer> V6_CODES = Map.ofEntries(
            Map.entry("net_unreachable", 0),
            Map.entry("no_route", 0),
            Map.entry("admin_prohibited", 1),
            Map.entry("not_neighbour", 2),
            Map.entry("address_unreachable", 3),
            Map.entry("port_unreachable", 4),
            Map.entry("exceeded_hop_limit", 0),
            Map.entry("exceeded_frag_time", 1),
            Map.entry("header_field", 0),
            Map.entry("unknown_next_header", 1),
            Map.entry("unknown_option", 2));

    private IcmpTypes() {}

    static boolean isType(String name) {
        return V4.containsKey(name) || V6.containsKey(name) || numbered(name, "type_") >= 0;
    }

    static boolean isCode(String name) {
        return V4_CODES.contains(name) || V6_CODES.containsKey(name) || numbered(name, "code_") >= 0;
    }

    /** The number of a type in this IP version, or -1 if it has none of that name. */
    static int type(String name, boolean ipv4) {
        int number = numbered(name, "type_");
        return number >= 0 ? number : (ipv4 ? V4 : V6).getOrDefault(name, -1);
    }

    /** The number of a code, 0 if none is given, or -1 if this IP version has none of that name. */
    static int code(String name, boolean ipv4) {
        int number = name.isEmpty() ? 0 : numbered(name, "code_");
        return number >= 0 ? number : ipv4 ? V4_CODES.indexOf(name) : V6_CODES.getOrDefault(name, -1);
    }

    private static int numbered(String name, String prefix) {
        String digits = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
        return digits.matches("\\d{1,3}") && Integer.parseInt(digits) < 256 ? Integer.parseInt(digits) : -1;
    }
}
