package io.halfopen.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Sysctl;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Pings, protocols that are not here, IPv4 options, IPv6 extension headers and fragments: the packets that a live kernel
 * was sent, and its answers, octet for octet but for what is chance: IPv4's identification and IPv6's flow label.
 */
class IpAnswersTest {
    private static final Path FILE = Path.of("src/test/resources/ip-answers-6.18.tsv");
    private static final HexFormat HEX = HexFormat.of();

    /** Names of the two protocols for the same thing here. */
    private static final Map<String, String> SAME = Map.of(
            "Icmp6OutEchoReplies",
            "OutEchoReps",
            "Icmp6InEchoReplies",
            "InEchoReps",
            "Icmp6OutParmProblems",
            "OutParmProbs");

    private record Case(String name, double seconds, List<byte[]> in, List<String> out, String counted) {
        static Case of(String line) {
            String[] columns = line.split("\t", -1);
            return new Case(
                    columns[0],
                    Double.parseDouble(columns[1]),
                    packets(columns[2]),
                    packets(columns[3]).stream()
                            .map(IpAnswersTest::withoutChance)
                            .toList(),
                    counts(columns[4]));
        }

        private static List<byte[]> packets(String column) {
            return Arrays.stream(column.split(","))
                    .filter(each -> !each.isEmpty())
                    .map(HEX::parseHex)
                    .toList();
        }
    }

    private static String withoutChance(byte[] packet) {
        byte[] copy = packet.clone();
        if (copy[0] >>> 4 == 4) {
            Bytes.putShort(copy, 4, 0);
            Bytes.putShort(copy, 10, 0);
        } else {
            Bytes.putInt(copy, 0, Bytes.getInt(copy, 0) & 0xfff0_0000);
        }
        return HEX.formatHex(copy);
    }

    /** Those that the stack has, under its names. */
    private static String counts(String column) {
        Map<String, String> counts = new TreeMap<>();
        for (String each : column.split(" ", -1)) {
            int plus = each.indexOf('+');
            String name = each.substring(0, Math.max(0, plus));
            for (Counter counter : Counter.values()) {
                String plain = counter.name().replaceFirst("^Icmp", "");
                if (SAME.getOrDefault(name, name).equals(counter.name())
                        || name.equals(counter.fullName())
                        || name.equals("Ip6" + plain) && counter.group() == Counter.Group.Ip
                        || name.equals("Icmp6" + plain) && counter.group() == Counter.Group.Icmp) {
                    counts.put(counter.name(), each.substring(plus));
                }
            }
        }
        return counts.entrySet().stream()
                .map(each -> each.getKey() + each.getValue())
                .collect(joining(" "));
    }

    @TestFactory
    Stream<DynamicTest> asLinux() {
        try {
            return Files.readAllLines(FILE, UTF_8).stream()
                    .filter(line -> !line.startsWith("#"))
                    .map(Case::of)
                    .map(each -> dynamicTest(each.name, () -> check(each)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(Case each) {
        Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
        stack.addAddress(IpAddress.parse("192.168.0.1"), 1500);
        stack.addAddress(IpAddress.parse("fd3d::1"), 1500);
        stack.sysctls().set(Sysctl.ipfrag_time, 2);
        stack.sysctls().set(Sysctl.ip6frag_time, 2);
        List<String> out = new ArrayList<>();
        for (byte[] packet : each.in) {
            stack.onPacket(0, packet, 0, packet.length);
            drain(stack, out);
        }
        long end = (long) (each.seconds * 1e9);
        while (stack.nextTimeout() <= end) {
            stack.onTimeout(stack.nextTimeout());
            drain(stack, out);
        }
        assertThat(out).isEqualTo(each.out);
        String counted = Arrays.stream(Counter.values())
                .filter(counter -> stack.counter(counter) != 0)
                .map(counter -> counter.name() + "+" + stack.counter(counter))
                .sorted()
                .collect(joining(" "));
        assertThat(counted).isEqualTo(each.counted);
    }

    private static void drain(Stack stack, List<String> out) {
        stack.drainPackets((why, bytes, offset, length) ->
                out.add(withoutChance(Arrays.copyOfRange(bytes, offset, offset + length))));
    }
}
