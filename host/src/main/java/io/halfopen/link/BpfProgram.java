package io.halfopen.link;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** A program of classic BPF, which says how much of a packet a socket is given. It grows from its beginning to its end. */
final class BpfProgram {
    // linux/filter.h and linux/bpf_common.h
    static final int LOAD_WORD = 0x20;
    static final int LOAD_HALF = 0x28;
    static final int LOAD_BYTE = 0x30;
    static final int LOAD_HALF_INDEXED = 0x48;
    static final int LOAD_BYTE_INDEXED = 0x50;
    static final int LOAD_HEADER_LENGTH = 0xb1;
    static final int JUMP_EQUAL = 0x15;
    static final int JUMP_SET = 0x45;
    private static final int JUMP = 0x05;
    private static final int RETURN = 0x06;

    // What is known of a packet beside its octets.
    private static final int ANCILLARY = -0x1000;
    static final int PROTOCOL = ANCILLARY;
    static final int PACKET_TYPE = ANCILLARY + 4;
    static final int HARDWARE_TYPE = ANCILLARY + 28;
    static final int VLAN_TAG_PRESENT = ANCILLARY + 48;

    private static final int INSTRUCTION = 8;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SOCK_FPROG = 16;

    private record Instruction(int code, int yes, int no, int operand) {}

    private final List<Instruction> program = new ArrayList<>();

    /** An instruction without a condition. */
    void add(int code, int operand) {
        add(code, 0, 0, operand);
    }

    /** A condition, and how many instructions are left out if it holds, or does not. */
    void add(int code, int yes, int no, int operand) {
        program.add(new Instruction(code, yes, no, operand));
    }

    /** A jump that ends where {@link #land} says: a condition's own is at most 255 long. */
    int jump() {
        add(JUMP, 0);
        return program.size() - 1;
    }

    /** The next instruction is where this jump ends. */
    void land(int jump) {
        program.set(jump, new Instruction(JUMP, 0, 0, program.size() - jump - 1));
    }

    /** The packet is not wanted unless this holds. */
    void orNothing(int condition, int operand) {
        add(condition, 1, 0, operand);
        take(0);
    }

    /** The end: so many octets of it. */
    void take(int octets) {
        add(RETURN, octets);
    }

    /** As struct sock_filter wants it. */
    byte[] octets() {
        ByteBuffer octets = ByteBuffer.allocate(program.size() * INSTRUCTION).order(ByteOrder.nativeOrder());
        for (Instruction each : program) {
            octets.putShort((short) each.code)
                    .put((byte) each.yes)
                    .put((byte) each.no)
                    .putInt(each.operand);
        }
        return octets.array();
    }

    /** Has the kernel use {@link #octets} for this socket from now on. */
    static int attach(int fd, byte[] octets) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(octets.length, INSTRUCTION);
            MemorySegment.copy(octets, 0, code, JAVA_BYTE, 0, octets.length);
            MemorySegment head = arena.allocate(SOCK_FPROG, 8);
            head.set(JAVA_SHORT, 0, (short) (octets.length / INSTRUCTION));
            head.set(ADDRESS, 8, code);
            return SocketLibc.setsockopt(fd, OptionNumber.SOL_SOCKET, SO_ATTACH_FILTER, head);
        }
    }
}
