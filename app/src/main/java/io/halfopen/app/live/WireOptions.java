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
        if (!why.isEmpty()) {
            throw new ParameterException(spec.commandLine(), why);
        }
        if (remote != null && remote.equals(ours.address())) {
            why = "HOST is --address, the stack itself: connect to the kernel's end or beyond";
        } else if (remote != null && remote.isIpv4() != ours.address().isIpv4()) {
            why = "HOST is IPv" + (remote.isIpv4() ? 4 : 6) + " and --address is not";
        } else if (remote != null && IpAddress.isLoopback(remote.high(), remote.low())) {
            why = "HOST is on this machine's loopback, which has no way to the stack: connect to the kernel's end, "
                    + (peer == null ? ours.neighbour() : peer);
        }
        if (!why.isEmpty()) {
            throw new ParameterException(spec.commandLine(), why);
        }
    }

    /** Why the kernel's end cannot have this address, or nothing. */
    static String wrongPeer(Cidr ours, @Nullable IpAddress peer) {
        if (peer != null && peer.equals(ours.address())) {
            return "--peer and --address are the same: the kernel's end needs one of its own";
        }
        return peer == null || ours.contains(peer) ? "" : "--peer " + peer + " is not in the network of --address";
    }
}
