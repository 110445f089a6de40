package io.halfopen.app.live;

import io.halfopen.app.KernelOption;
import io.halfopen.app.SysctlOption;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Sysctls;
import io.halfopen.wire.IpAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Where the stack meets the kernel: the options that serve and connect share. */
final class WireOptions {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(
            names = "--tun",
            paramLabel = "NAME",
            description = "The TUN interface, made if there is none of this name (${DEFAULT-VALUE}).",
            defaultValue = "halfopen0")
    String tun = "halfopen0";

    @Option(
            names = "--address",
            paramLabel = "CIDR",
            converter = Cidr.Converter.class,
            description = "The stack's address and its network (${DEFAULT-VALUE}).",
            defaultValue = "10.9.0.2/24")
    @Nullable
    Cidr address;

    @Option(
            names = "--peer",
            paramLabel = "ADDRESS",
            converter = AddressConverter.class,
            description = "The kernel's address at its end of the interface (the first of the network).")
    @Nullable
    IpAddress peer;

    @Option(
            names = "--interface",
            paramLabel = "NAME",
            description =
                    "Instead of a TUN interface: an Ethernet interface of this machine, on which the stack has an "
                            + "address that the kernel does not have, such as one end of a veth pair.")
    @Nullable
    String ethernet;

    @Option(
            names = "--gateway",
            paramLabel = "ADDRESS",
            converter = AddressConverter.class,
            description = "With --interface: where packets go that leave the network of --address (nowhere).")
    @Nullable
    IpAddress gateway;

    @Option(
            names = "--sysctl",
            paramLabel = "NAME=VALUE",
            converter = SysctlOption.Converter.class,
            description = "A setting of the stack by its full name; repeatable.")
    private List<SysctlOption> sysctls = List.of();

    @Option(
            names = "--kernel",
            paramLabel = "VERSION",
            converter = KernelOption.class,
            completionCandidates = KernelOption.Versions.class,
            description = "Whose rules: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).",
            defaultValue = "6.18")
    Kernel kernel = Kernel.LINUX_6_18;

    /** The settings that were given. */
    List<Sysctl> sysctls() {
        return sysctls.stream().map(SysctlOption::sysctl).toList();
    }

    /** Sets what the kernel has. */
    void applyTo(Sysctls settings) {
        sysctls.forEach(option -> settings.setIfThere(option.sysctl(), option.values()));
    }

    @Option(names = "--pcap", paramLabel = "FILE", description = "Write the packets as pcapng, each with its rule.")
    @Nullable
    Path pcap;

    /** Addresses that fit each other; {@code remote} is whom the command connects to, or null. */
    void check(@Nullable IpAddress remote) {
        Cidr ours = address;
        if (ours == null || spec == null) {
            throw new IllegalStateException("picocli has not set the options");
        }
        String why = pcap != null && pcap.toString().isEmpty() ? "--pcap takes the name of a file" : "";
        why = why.isEmpty() ? wrongPeer(ours, peer) : why;
        why = why.isEmpty() ? wrongEthernet(ours, spec.commandLine().getParseResult()) : why;
        if (!why.isEmpty()) {
            throw new ParameterException(spec.commandLine(), why);
        }
        why = remote == null ? "" : wrongRemote(ours, remote);
        if (!why.isEmpty()) {
            throw new ParameterException(spec.commandLine(), why);
        }
    }

    private String wrongRemote(Cidr ours, IpAddress remote) {
        String other = ethernet == null ? "the kernel's end" : "another host";
        if (remote.equals(ours.address())) {
            return "HOST is --address, the stack itself: connect to " + other + (ethernet == null ? " or beyond" : "");
        }
        if (remote.isIpv4() != ours.address().isIpv4()) {
            return "HOST is IPv" + (remote.isIpv4() ? 4 : 6) + " and --address is not";
        }
        if (remote.isLoopback()) {
            String which = peer == null ? ours.neighbour().toString() : peer.toString();
            return "HOST is on this machine's loopback, which has no way to the stack: connect to " + other
                    + (ethernet == null ? ", " + which : "");
        }
        boolean onLink = ours.contains(remote) || !remote.isIpv4() && remote.isLinkLocal();
        return ethernet == null || gateway != null || onLink
                ? ""
                : "HOST is not in the network of --address: that takes --gateway";
    }

    /** The interface that it is on. */
    String device() {
        return ethernet == null ? tun : ethernet;
    }

    private String wrongEthernet(Cidr ours, ParseResult given) {
        if (ethernet == null) {
            return gateway == null ? "" : "--gateway is for --interface: a TUN interface has two ends only";
        }
        if (given.hasMatchedOption("--tun") || given.hasMatchedOption("--peer")) {
            return "--interface takes the place of a TUN interface: leave out --tun and --peer";
        }
        if (!given.hasMatchedOption("--address")) {
            return "--interface needs --address: one of that network that nobody has";
        }
        return wrongGateway(ours, gateway);
    }

    private static String wrongGateway(Cidr ours, @Nullable IpAddress gateway) {
        if (gateway == null) {
            return "";
        }
        if (gateway.equals(ours.address())) {
            return "--gateway and --address are the same: packets would not leave";
        }
        boolean onLink = ours.contains(gateway) || !ours.address().isIpv4() && gateway.isLinkLocal();
        return onLink ? "" : "--gateway " + gateway + " is not in the network of --address";
    }

    /** Why the kernel's end cannot have this address, or nothing. */
    static String wrongPeer(Cidr ours, @Nullable IpAddress peer) {
        if (peer != null && peer.equals(ours.address())) {
            return "--peer and --address are the same: the kernel's end needs one of its own";
        }
        return peer == null || ours.contains(peer) ? "" : "--peer " + peer + " is not in the network of --address";
    }
}
