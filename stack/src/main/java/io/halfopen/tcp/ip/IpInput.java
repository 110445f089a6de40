package io.halfopen.tcp.ip;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Icmp;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.socket.Core;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.Segment.Defect;
import org.jspecify.annotations.Nullable;

/** Where a packet arrives: what is not for us, not whole or no TCP ends here (ip_rcv, ipv6_rcv). */
public final class IpInput {
    private static final int UDP_HEADER = 8;

    public final Strays strays;

    private final Core core;
    private final Segment segment = new Segment();
    private final SegmentDispatch input;
    private final IcmpInput icmpInput;
    private final IcmpOutput icmpOutput;
    private final Reassembly reassembly;

    IpInput(Core core, SegmentDispatch input, IcmpInput icmpInput, IcmpOutput icmpOutput) {
        this.core = core;
        this.input = input;
        this.icmpInput = icmpInput;
        this.icmpOutput = icmpOutput;
        reassembly = new Reassembly(core);
        strays = new Strays(core);
    }

    /** {@code looped}: this host has sent it itself. */
    public Rule receive(byte[] packet, int offset, int length, boolean looped) {
        return receive(segment.parse(packet, offset, length), looped);
    }

    /** What a network card has made of several segments, {@link Segment#parseMerged}. */
    public Rule receiveMerged(byte[] packet, int offset, int length, int segmentSize) {
        return receive(segment.parseMerged(packet, offset, length, segmentSize), false);
    }

    private Rule receive(Defect defect, boolean looped) {
        core.count(Counter.InReceives);
        Rule rule = take(defect, looped);
        core.count(rule);
        return rule;
    }

    private Rule take(Defect defect, boolean looped) {
        Rule refused = defect == Defect.NONE ? null : ruleOfHeader(defect);
        if (refused == null) {
            refused = judgeSource(looped);
        }
        if (refused != null) {
            return countMartian(refused);
        }
        if (!core.addresses.isLocal(segment.destinationHigh(), segment.destinationLow())) {
            return takeStranger(defect);
        }
        Rule rule = defect == Defect.NONE && !segment.isAtomicFragment() ? null : receiveOther(defect);
        if (rule == null) {
            countDelivered();
            return input.receive(segment);
        }
        refuse(rule);
        return rule;
    }

    /** Not for an address of ours: TCP looks only at what is for all hosts. */
    private Rule takeStranger(Defect defect) {
        Rule refused = judgeStranger(segment.destinationHigh(), segment.destinationLow(), defect);
        if (refused != null) {
            return countMartian(refused);
        }
        Rule rule = receiveOther(defect);
        if (rule == null) {
            countDelivered();
            return input.receiveForAll(segment);
        }
        refuse(rule);
        return rule;
    }

    private void countDelivered() {
        core.count(Counter.InDelivers);
        core.count(Counter.InSegs);
    }

    private Rule countMartian(Rule refused) {
        if (refused == Rule.IP_MARTIAN && !segment.isIpv4()) {
            countMartianV6(); // IPv4's are not counted at all
        }
        return refused;
    }

    /** Measured: an address that stays on a host is an error of the header; no address at all is none of ours. */
    private void countMartianV6() {
        long high = segment.destinationHigh();
        long low = segment.destinationLow();
        boolean badSource = IpAddress.isMulticast(segment.sourceHigh(), segment.sourceLow());
        boolean nobody = IpAddress.isAny(high, low) || IpAddress.isIpv4(high, low);
        if (nobody && !badSource) {
            core.count(Counter.InAddrErrors);
        } else if (badSource || !IpAddress.isMulticast(high, low) || IpAddress.staysOnHost(high)) {
            core.count(Counter.InHdrErrors); // a group of a wider scope that nobody joined is not counted
        }
    }

    /** Not simply a good segment; null if it proves to be one. */
    private @Nullable Rule receiveOther(Defect defect) {
        if (segment.isAtomicFragment()) {
            core.count(Rule.REASSEMBLED);
        }
        Rule rule = receiveContent(defect);
        if (rule != Rule.REASSEMBLED || strays.giveAway(reassembly.whole(), reassembly.wholeLength)) {
            return rule;
        }
        core.count(rule);
        Defect whole = segment.parse(reassembly.whole(), 0, reassembly.wholeLength);
        return whole == Defect.IP_FRAGMENT ? Rule.FRAGMENT_NESTED : receiveContent(whole);
    }

    /** What is wrong before anybody asks to whom it goes. */
    private static @Nullable Rule ruleOfHeader(Defect defect) {
        return switch (defect) {
            case NOT_IP -> Rule.NOT_IP;
            case IP_BAD_LENGTH -> Rule.IP_BAD_LENGTH;
            case IP_BAD_CHECKSUM -> Rule.IP_BAD_CHECKSUM;
            case IP_MARTIAN -> Rule.IP_MARTIAN;
            default -> null;
        };
    }

    /** A loopback address is a martian on a host that has not got it: it came over a wire, which none may. */
    private @Nullable Rule judgeSource(boolean looped) {
        long high = segment.sourceHigh();
        long low = segment.sourceLow();
        if (core.addresses.isLocal(high, low)) {
            return looped || !segment.isIpv4() ? null : Rule.IP_OWN_SOURCE; // IPv6 does not mind, and answers itself
        }
        return IpAddress.isLoopback(high, low) ? Rule.IP_MARTIAN : null;
    }

    private @Nullable Rule judgeStranger(long high, long low, Defect defect) {
        boolean forAll = core.addresses.isForAll(high, low);
        if (forAll && isSegment(defect)) {
            return null;
        }
        boolean none = forAll || IpAddress.isMulticast(high, low) || IpAddress.isLoopback(high, low);
        return none ? Rule.IP_MARTIAN : Rule.IP_NOT_FOR_US;
    }

    private static boolean isSegment(Defect defect) {
        return switch (defect) {
            case NONE, TCP_TRUNCATED, TCP_BAD_LENGTH, TCP_BAD_CHECKSUM -> true;
            default -> false;
        };
    }

    /** Not all fragments of a packet came in time. */
    void expire(FragmentQueue queue) {
        core.count(Rule.REASSEMBLY_TIMED_OUT);
        int length = reassembly.expire(queue);
        if (length > 0) {
            segment.parse(reassembly.whole(), 0, length);
            int type = segment.isIpv4() ? Icmp.V4_TIME_EXCEEDED : Icmp.V6_TIME_EXCEEDED;
            icmpOutput.error(segment, type, Icmp.REASSEMBLY_TIME_EXCEEDED, 0, Rule.REASSEMBLY_TIMED_OUT);
        }
    }

    /** Takes in what is for this host and not TCP; null if it is a good segment. */
    private @Nullable Rule receiveContent(Defect defect) {
        return switch (defect) {
            case IP_FRAGMENT -> reassembly.take(segment);
            case ICMP -> icmpInput.receive(segment);
            default -> judgeContent(defect);
        };
    }

    private @Nullable Rule judgeContent(Defect defect) {
        return switch (defect) {
            case IP_PROBLEM -> Rule.IP_PROBLEM;
            case IP_BAD_OPTION -> Rule.IP_BAD_OPTION;
            case IP_SOURCE_ROUTE -> Rule.IP_SOURCE_ROUTE;
            case NO_NEXT_HEADER -> Rule.NO_NEXT_HEADER;
            case NOT_TCP -> segment.protocol() == IpHeader.UDP ? judgeUdp() : Rule.NOT_TCP;
            case TCP_TRUNCATED -> Rule.TCP_TRUNCATED;
            case TCP_BAD_LENGTH -> Rule.TCP_BAD_LENGTH;
            case TCP_BAD_CHECKSUM -> Rule.TCP_BAD_CHECKSUM;
            default -> null;
        };
    }

    /** This host has TCP and ping; but it says so to who asks for anything else, as traceroute(8) does. */
    private Rule judgeUdp() {
        int length = segment.transportLength();
        byte[] bytes = segment.bytes();
        int at = segment.transportOffset();
        int said = length < UDP_HEADER ? 0 : Bytes.getShort(bytes, at + 4);
        if (said < UDP_HEADER || said > length) {
            return Rule.UDP_BAD;
        }
        boolean summed = Bytes.getShort(bytes, at + 6) != 0 || !segment.isIpv4();
        long pseudo = Checksum.pseudoHeader(
                        segment.sourceHigh(),
                        segment.sourceLow(),
                        segment.destinationHigh(),
                        segment.destinationLow(),
                        said)
                - IpHeader.TCP
                + IpHeader.UDP;
        boolean good = !summed || Checksum.isIntact(pseudo, Checksum.sum(bytes, at, said));
        return good ? Rule.UDP_NO_PORT : Rule.UDP_BAD;
    }

    /** The packet is refused: its sender is told why, where Linux tells it. */
    private void refuse(Rule rule) {
        boolean v6 = !segment.isIpv4();
        int problem = v6 ? Icmp.V6_PARAMETER_PROBLEM : Icmp.V4_PARAMETER_PROBLEM;
        int unreachable = v6 ? Icmp.V6_UNREACHABLE : Icmp.V4_UNREACHABLE;
        switch (rule) {
            case IP_PROBLEM -> {
                if (segment.protocol() == IpHeader.FRAGMENT) {
                    core.count(Counter.ReasmReqds);
                }
                int offset = segment.problemOffset();
                icmpOutput.error(segment, problem, segment.problemCode(), v6 ? offset : offset << 24, rule);
            }
            case FRAGMENT_BAD -> icmpOutput.error(segment, problem, 0, reassembly.problemOffset(), rule);
            case FRAGMENT_WITHOUT_HEADER -> icmpOutput.error(segment, problem, Icmp.INCOMPLETE_CHAIN, 0, rule);
            case NOT_TCP -> {
                if (v6) {
                    icmpOutput.error(segment, problem, Icmp.UNKNOWN_NEXT_HEADER, segment.protocolOffset(), rule);
                } else {
                    icmpOutput.error(segment, unreachable, Icmp.PROTOCOL_UNREACHABLE, 0, rule);
                }
            }
            case UDP_NO_PORT -> {
                int code = v6 ? Icmp.PORT_UNREACHABLE_V6 : Icmp.PORT_UNREACHABLE;
                icmpOutput.error(segment, unreachable, code, 0, rule);
            }
            default -> {} // nobody is told
        }
    }
}
