package io.halfopen.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of all packets is copied out of the kernel, as a program of classic BPF: of TCP every SYN and RST, and what
 * arrives at a listening port with ACK. All of a handshake is among that; most of what follows it is not.
 */
final class HandshakeFilter {
    /** As many octets of a packet as any header of a handshake takes: 40 of IPv6 and 60 of TCP, or 60 and 60. */
    static final int SNAP = 128;

    // linux/filter.h and linux/bpf_common.h
    private static final int LOAD_WORD = 0x20;
    private static final int LOAD_HALF = 0x28;
    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_HALF_INDEXED = 0x48;
    private static final int LOAD_BYTE_INDEXED = 0x50;
    private static final int LOAD_HEADER_LENGTH = 0xb1;
    private static final int JUMP = 0x05;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_SET = 0x45;
    private static final int RETURN = 0x06;
    private static final int ANCILLARY = -0x1000;
    private static final int PROTOCOL = ANCILLARY;
    private static final int PACKET_TYPE = ANCILLARY + 4;
    private static final int HARDWARE_TYPE = ANCILLARY + 28;

    private static final int ARPHRD_LOOPBACK = 772;
    private static final int PACKET_OUTGOING = 4;
    private static final int ETH_P_IP = 0x0800;
    private static final int ETH_P_IPV6 = 0x86dd;
    private static final int TCP = 6;
    private static final int FRAGMENT = 0x1fff;
    private static final int SYN_OR_RST = 0x06;
    private static final int ACK = 0x10;

    /** A program has at most 4096 instructions, and a port takes two, twice. */
    static final int MOST_PORTS = 500;

    private record Instruction(int code, int yes, int no, int operand) {}

    private final List<Instruction> program = new ArrayList<>();

    private HandshakeFilter() {}

    /** As struct sock_filter wants it; more ports than can be told apart are all ports. */
    static byte[] of(int[] ports) {
        HandshakeFilter filter = new HandshakeFilter();
        filter.write(ports.length > MOST_PORTS ? null : ports);
        ByteBuffer octets = ByteBuffer.allocate(filter.program.size() * 8).order(ByteOrder.nativeOrder());
        for (Instruction each : filter.program) {
            octets.putShort((short) each.code)
                    .put((byte) each.yes)
                    .put((byte) each.no)
                    .putInt(each.operand);
        }
        return octets.array();
    }

    private void write(int @Nullable [] ports) {
        // lo shows each packet twice, once as it leaves
        add(LOAD_WORD, 0, 0, HARDWARE_TYPE);
        add(JUMP_EQUAL, 0, 3, ARPHRD_LOOPBACK);
        add(LOAD_WORD, 0, 0, PACKET_TYPE);
        add(JUMP_EQUAL, 0, 1, PACKET_OUTGOING);
        take(0);
        add(LOAD_WORD, 0, 0, PROTOCOL);
        add(JUMP_EQUAL, 1, 0, ETH_P_IP);
        // a condition's jump is at most 255 long, and the chain of ports may be longer
        int jump = program.size();
        add(JUMP, 0, 0, 0);
        ipv4(ports);
        program.set(jump, new Instruction(JUMP, 0, 0, program.size() - jump - 1));
        orNothing(JUMP_EQUAL, ETH_P_IPV6);
        add(LOAD_BYTE, 0, 0, 6);
        orNothing(JUMP_EQUAL, TCP);
        add(LOAD_BYTE, 0, 0, 40 + 13);
        add(JUMP_SET, 0, 1, SYN_OR_RST);
        take(SNAP);
        orNothing(JUMP_SET, ACK);
        add(LOAD_HALF, 0, 0, 40 + 2);
        ports(ports);
    }

    private void ipv4(int @Nullable [] ports) {
        add(LOAD_BYTE, 0, 0, 9);
        orNothing(JUMP_EQUAL, TCP);
        add(LOAD_HALF, 0, 0, 6);
        add(JUMP_SET, 0, 1, FRAGMENT);
        take(0);
        add(LOAD_HEADER_LENGTH, 0, 0, 0);
        add(LOAD_BYTE_INDEXED, 0, 0, 13);
        add(JUMP_SET, 0, 1, SYN_OR_RST);
        take(SNAP);
        orNothing(JUMP_SET, ACK);
        add(LOAD_HALF_INDEXED, 0, 0, 2);
        ports(ports);
    }

    private void ports(int @Nullable [] ports) {
        if (ports == null) {
            take(SNAP);
            return;
        }
        for (int port : ports) {
            add(JUMP_EQUAL, 0, 1, port);
            take(SNAP);
        }
        take(0);
    }

    private void orNothing(int jump, int operand) {
        add(jump, 1, 0, operand);
        take(0);
    }

    private void take(int octets) {
        add(RETURN, 0, 0, octets);
    }

    private void add(int code, int yes, int no, int operand) {
        program.add(new Instruction(code, yes, no, operand));
    }
}
