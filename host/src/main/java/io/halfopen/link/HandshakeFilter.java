package io.halfopen.link;

import static io.halfopen.link.BpfProgram.HARDWARE_TYPE;
import static io.halfopen.link.BpfProgram.JUMP_EQUAL;
import static io.halfopen.link.BpfProgram.JUMP_SET;
import static io.halfopen.link.BpfProgram.LOAD_BYTE;
import static io.halfopen.link.BpfProgram.LOAD_BYTE_INDEXED;
import static io.halfopen.link.BpfProgram.LOAD_HALF;
import static io.halfopen.link.BpfProgram.LOAD_HALF_INDEXED;
import static io.halfopen.link.BpfProgram.LOAD_HEADER_LENGTH;
import static io.halfopen.link.BpfProgram.LOAD_WORD;
import static io.halfopen.link.BpfProgram.PACKET_TYPE;
import static io.halfopen.link.BpfProgram.PROTOCOL;

import org.jspecify.annotations.Nullable;

/**
 * What of all packets is copied out of the kernel, as a program of classic BPF: of TCP every SYN and RST, and what
 * arrives at a listening port with ACK. All of a handshake is among that; most of what follows it is not.
 */
final class HandshakeFilter {
    /** As many octets of a packet as any header of a handshake takes: 40 of IPv6 and 60 of TCP, or 60 and 60. */
    static final int SNAP = 128;

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

    private final BpfProgram program = new BpfProgram();

    private HandshakeFilter() {}

    /** As struct sock_filter wants it; more ports than can be told apart are all ports. */
    static byte[] of(int[] ports) {
        HandshakeFilter filter = new HandshakeFilter();
        filter.write(ports.length > MOST_PORTS ? null : ports);
        return filter.program.octets();
    }

    private void write(int @Nullable [] ports) {
        // lo shows each packet twice, once as it leaves
        program.add(LOAD_WORD, HARDWARE_TYPE);
        program.add(JUMP_EQUAL, 0, 3, ARPHRD_LOOPBACK);
        program.add(LOAD_WORD, PACKET_TYPE);
        program.add(JUMP_EQUAL, 0, 1, PACKET_OUTGOING);
        program.take(0);
        program.add(LOAD_WORD, PROTOCOL);
        program.add(JUMP_EQUAL, 1, 0, ETH_P_IP);
        // a condition's jump is at most 255 long, and the chain of ports may be longer
        int jump = program.jump();
        ipv4(ports);
        program.land(jump);
        program.orNothing(JUMP_EQUAL, ETH_P_IPV6);
        program.add(LOAD_BYTE, 6);
        program.orNothing(JUMP_EQUAL, TCP);
        program.add(LOAD_BYTE, 40 + 13);
        program.add(JUMP_SET, 0, 1, SYN_OR_RST);
        program.take(SNAP);
        program.orNothing(JUMP_SET, ACK);
        program.add(LOAD_HALF, 40 + 2);
        ports(ports);
    }

    private void ipv4(int @Nullable [] ports) {
        program.add(LOAD_BYTE, 9);
        program.orNothing(JUMP_EQUAL, TCP);
        program.add(LOAD_HALF, 6);
        program.add(JUMP_SET, 0, 1, FRAGMENT);
        program.take(0);
        program.add(LOAD_HEADER_LENGTH, 0);
        program.add(LOAD_BYTE_INDEXED, 13);
        program.add(JUMP_SET, 0, 1, SYN_OR_RST);
        program.take(SNAP);
        program.orNothing(JUMP_SET, ACK);
        program.add(LOAD_HALF_INDEXED, 2);
        ports(ports);
    }

    private void ports(int @Nullable [] ports) {
        if (ports == null) {
            program.take(SNAP);
            return;
        }
        for (int port : ports) {
            program.add(JUMP_EQUAL, 0, 1, port);
            program.take(SNAP);
        }
        program.take(0);
    }
}
