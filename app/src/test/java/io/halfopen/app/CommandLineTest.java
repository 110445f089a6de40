package io.halfopen.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Help.Ansi;

/** What a user gets for good and for bad input. */
class CommandLineTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            lab no-such-preset                     | lab: unknown preset 'no-such-preset': halfopen lab --list shows them
            lab lisen-2                            | lab: unknown preset 'lisen-2': did you mean listen-2 or listen-0?
            lab --pause 1s                         | lab: --pause: '1s' is not AT,FOR, such as 1s,200ms
            lab --accept-rate 0                    | lab: --accept-rate takes a number above 0, a second
            lab --client-option X=1                | lab: --client-option: unknown socket option 'X': docs/socket-options.md has them
            lab --answer 2147483647                | lab: --answer takes at most 16777216 octets a write
            lab --backlog 1,2 --compare            | lab: several values make a table: --compare, --show, --pcap and pictures take one of each
            lab a b                                | lab: unexpected argument 'b'
            lab --nope                             | lab: unknown option '--nope'
            lab --clents 5                         | lab: unknown option '--clents': did you mean --clients?
            lab --sysctl net.ipv4.nope=1           | lab: --sysctl: unknown sysctl 'net.ipv4.nope'
            lab --sysctl tcp_syncookies=1          | lab: --sysctl: unknown sysctl 'tcp_syncookies': did you mean net.ipv4.tcp_syncookies?
            lab --sysctl net.ipv4.tcp_syn_retires=1 | lab: --sysctl: unknown sysctl 'net.ipv4.tcp_syn_retires': did you mean net.ipv4.tcp_syn_retries?
            lab --sysctl net.ipv4.tcp_mtu_probing=x      | lab: --sysctl: net.ipv4.tcp_mtu_probing takes 0 to 2, not 'x'
            lab --sysctl net.ipv4.tcp_congestion_control= | lab: --sysctl: net.ipv4.tcp_congestion_control takes one of reno bbr cubic, not ''
            lab --sysctl net.core.somaxconn=x      | lab: --sysctl: net.core.somaxconn takes 0 to 2147483647, not 'x'
            lab --sysctl net.core.somaxconn=       | lab: --sysctl: net.core.somaxconn takes 0 to 2147483647, not ''
            lab --sysctl net.ipv4.tcp_rmem=1       | lab: --sysctl: net.ipv4.tcp_rmem takes 3 numbers, not '1'
            lab --sysctl net.ipv4.tcp_syncookies   | lab: --sysctl: 'net.ipv4.tcp_syncookies' is not NAME=VALUE
            lab --for 12x                          | lab: --for: '12x' is not a duration: write 20s, 500ms, 2m, never or forever
            lab --for 20                           | lab: --for: '20' is not a duration: write 20s, 500ms, 2m, never or forever
            lab --for -1s                          | lab: --for: '-1s' is not a duration: write 20s, 500ms, 2m, never or forever
            lab --for 366000h                      | lab: --for: '366000h' is longer than a year
            lab --start never                      | lab: --start takes a time that ends
            lab --loss 101                         | lab: --loss takes 0 to 100 percent, not 101
            lab --defer -1                         | lab: --defer takes 0 or more, not -1
            lab --cut 1s                           | lab: --cut needs --rtt: the loopback has no wire
            lab --loss -0.5                        | lab: --loss takes 0 to 100 percent, not -0.5
            lab --flood -1                         | lab: --flood takes 0 or more, not -1
            lab --flood 2000000                    | lab: --flood takes at most 1000000 SYNs a second, not 2000000
            lab --flood 10 --flood-for never       | lab: --flood-for takes a time that ends
            lab --flood 10 --rtt 0                 | lab: --flood comes over a wire: --rtt must not be 0
            lab --loss NaN                         | lab: --loss: 'NaN' is not a number
            lab --clients -1                       | lab: --clients takes 0 or more, not -1
            lab --clients 1000001                  | lab: --clients takes at most 1000000, not 1000001
            lab --clients many                     | lab: --clients: 'many' is not a whole number
            lab --clients 9999999999               | lab: --clients: '9999999999' is not -2147483648 to 2147483647
            lab --seed 99999999999999999999        | lab: --seed: '99999999999999999999' is not -9223372036854775808 to 9223372036854775807
            lab --workers 0                        | lab: --workers takes 1 or more, not 0
            lab --answer 0                         | lab: --answer takes numbers above 0
            lab --answer 5,x                       | lab: --answer: 'x' is not a whole number
            lab --timers wheel                     | lab: --timers: 'wheel' is not exact or linux
            lab --kernel 2.4                       | lab: --kernel: unknown kernel '2.4': take 6.18, 6.12, 6.8, 6.6, 6.1, 5.15, 5.14, 5.10, 5.4, 4.18, 4.4, 3.10, 2.6 or unp
            lab --on moon                          | lab: --on: expected one of [sim, kernel] (case-sensitive) but was 'moon'
            lab --on kernel --loss 5                | lab: --on kernel loses no packets on the loopback: --loss needs --rtt
            lab --on kernel --clients 5001         | lab: --on kernel takes at most 5000 --clients, not 5001
            lab --json --show ss                   | lab: --json and --show exclude each other
            lab --compare=6.1,x                    | lab: --compare: unknown kernel 'x': take 6.18, 6.12, 6.8, 6.6, 6.1, 5.15, 5.14, 5.10, 5.4, 4.18, 4.4, 3.10, 2.6 or unp
            lab --on kernel --compare 6.1          | lab: --compare takes no versions with --on kernel: --kernel says what the stack imitates
            lab --compare --pcap x                 | lab: --compare goes with --json, not with --show or --pcap
            lab listen-2 --every 1s                | lab: --forked clients start when others have connected, so --every has no meaning
            serve --address 10.9.0.2               | serve: --address: '10.9.0.2' is not ADDRESS/BITS, such as 10.9.0.2/24
            serve --address 10.9.0.2/x             | serve: --address: '10.9.0.2/x' is not ADDRESS/BITS, such as 10.9.0.2/24
            serve --address 10.9.0.2/31            | serve: --address: the network of '10.9.0.2/31' takes 1 to 30 bits
            serve --address fd00::2/127            | serve: --address: the network of 'fd00::2/127' takes 1 to 126 bits
            serve --address 10.9.0.0/24            | serve: --address: '10.9.0.0/24' is the address of no host of that network
            serve --address 10.9.0.255/24          | serve: --address: '10.9.0.255/24' is the address of no host of that network
            serve --address fd00::/64              | serve: --address: 'fd00::/64' is the address of no host of that network
            serve --address 1.2.3/8                | serve: --address: not an IPv4 or IPv6 address: '1.2.3'
            serve --peer 10.9.0.2                  | serve: --peer and --address are the same: the kernel's end needs one of its own
            serve --peer 10.9.1.1                  | serve: --peer 10.9.1.1 is not in the network of --address
            serve --peer fd00::1                   | serve: --peer fd00::1 is not in the network of --address
            serve --port 0                         | serve: --port takes 1 to 65535, not 0
            drill                                  | drill: missing required parameter: 'PATH'
            drill nope.pkt                         | drill: no such file or folder: nope.pkt
            drill --on moon x                      | drill: --on: expected one of [stack, kernel] (case-sensitive) but was 'moon'
            drill --mtu 5 pom.xml                  | drill: --mtu is 68 to 65535, not '5'
            serve --workers 0                      | serve: --workers takes 1 or more, not 0
            serve --queues 0                       | serve: --queues takes 1 to 64, not 0
            serve --queues 65                      | serve: --queues takes 1 to 64, not 65
            serve --queues 2 --html x              | serve: --html shows one listener, and --queues 2 has 2: leave out one of them
            serve --queues 2 --interface x --address 10.9.0.2/24 | serve: --queues takes a TUN interface: a station on --interface is one, and its neighbours answer one queue
            serve --defer -1                       | serve: --defer takes 0 or more, not -1
            serve --body -1                        | serve: --body takes 0 or more, not -1
            connect 10.9 1                         | connect: HOST: not an IPv4 or IPv6 address: '10.9'
            connect 127.0.0.1 80                   | connect: HOST is on this machine's loopback, which has no way to the stack: connect to the kernel's end, 10.9.0.1
            connect 10.9.0.1 http                  | connect: PORT: 'http' is not a whole number
            connect 10.9.0.1 0                     | connect: PORT is 1 to 65535, not 0
            connect 10.9.0.2 80                    | connect: HOST is --address, the stack itself: connect to the kernel's end or beyond
            connect fd00::1 80                     | connect: HOST is IPv6 and --address is not
            connect                                | connect: missing required parameters: 'HOST', 'PORT'
            """, quoteCharacter = '"')
    void badInputIsOneLineOnStderrAndCode2(String arguments, String complaint) {
        CommandRun run = CommandRun.of(arguments.split(" ", -1));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        String command = "halfopen " + arguments.split(" ", 2)[0];
        assertThat(run.err()).isEqualTo("halfopen " + complaint + " (" + command + " --help)\n");
    }

    @Test
    void anUnknownCommandIsBadInputToo() {
        assertThat(CommandRun.of("nothing-of-that"))
                .isEqualTo(
                        new CommandRun(2, "", "halfopen: unexpected argument 'nothing-of-that' (halfopen --help)\n"));
    }

    @Test
    void aPcapFileInNoFolderIsAFailureThatNamesIt() {
        assertThat(CommandRun.of("lab", "--pcap", "/no/such/dir/x"))
                .isEqualTo(new CommandRun(1, "", "halfopen lab: no such file or folder: /no/such/dir/x\n"));
    }

    @Test
    void aPcapFileThatIsAFolderIsAFailure(@TempDir Path folder) {
        CommandRun run = CommandRun.of("lab", "--pcap", folder.toString());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("halfopen lab: " + folder).hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lab", "lab --compare", "lab --list", "lab --show timeline,connections", "lab --help"})
    void coloursComeOnlyWhenAskedFor(String arguments) {
        assertThat(CommandRun.of(Ansi.OFF, arguments.split(" ", -1)).out()).doesNotContain("\u001b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lab", "lab --compare", "lab --show timeline,connections"})
    void coloursChangeNothingElse(String arguments) {
        String coloured = CommandRun.of(Ansi.ON, arguments.split(" ", -1)).out();
        assertThat(coloured).contains("\u001b[");
        assertThat(coloured.replaceAll("\u001b\\[\\d+m", ""))
                .isEqualTo(CommandRun.of(arguments.split(" ", -1)).out());
    }

    @Test
    void whatIsAcceptedAndIgnoredIsSaidOnStderr() {
        String plain = CommandRun.of("lab", "--clients", "3").out();
        CommandRun run = CommandRun.of("lab", "--clients", "3", "--sysctl", "net.ipv4.tcp_fack=0");
        assertThat(run)
                .isEqualTo(new CommandRun(
                        0,
                        plain,
                        "halfopen lab: net.ipv4.tcp_fack is accepted and ignored: it has no effect on the stack\n"));
    }

    @Test
    void soIsThatAKernelDoesNotHaveASettingYet() {
        String plain = CommandRun.of("lab", "--kernel", "6.1", "--clients", "3").out();
        CommandRun run = CommandRun.of(
                "lab", "--kernel", "6.1", "--clients", "3", "--sysctl", "net.ipv4.tcp_syn_linear_timeouts=0");
        assertThat(run)
                .isEqualTo(new CommandRun(
                        0,
                        plain,
                        "halfopen lab: net.ipv4.tcp_syn_linear_timeouts is ignored: 6.1 has none, it came with 6.5\n"));
    }

    @Test
    void theListHasEveryPresetWithASentenceAndItsArticle() {
        CommandRun run = CommandRun.of("lab", "--list");
        assertThat(run.exitCode()).isZero();
        List<String> lines = run.lines();
        assertThat(lines).filteredOn(line -> line.matches("[a-z0-9-]+ +\\S.*")).hasSize(19);
        assertThat(lines).filteredOn(line -> line.matches(" +from: \\S.*")).hasSize(19);
        assertThat(lines).allMatch(line -> line.length() <= 80);
    }

    @Test
    void optionsWithoutAPresetAreAnExperimentOfOnesOwn() {
        assertThat(CommandRun.of("lab", "--clients", "3").out()).startsWith("lab: backlog 128, 3 clients\n");
        assertThat(CommandRun.of("lab", "--seed", "3").out()).startsWith("listen-2: ");
    }
}
