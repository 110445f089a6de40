package io.halfopen.link;

import static io.halfopen.link.BpfProgram.JUMP_EQUAL;
import static io.halfopen.link.BpfProgram.LOAD_HALF;
import static io.halfopen.link.BpfProgram.LOAD_WORD;
import static io.halfopen.link.BpfProgram.VLAN_TAG_PRESENT;

import io.halfopen.link.ether.EtherFrame;
import io.halfopen.link.ether.Neighbourhood;

/**
 * What of all frames on an interface a stack's host is given: packets to its station, and questions to a group about its
 * address. The kernel's own packets, and those of VLANs, which are other networks, stay in the kernel.
 */
final class EtherFilter {
    private static final int DESTINATION_HIGH = 0;
    private static final int DESTINATION_LOW = 2;
    private static final int TYPE = 12;
    private static final int WHOLE = 1 << 18;

    private final BpfProgram program = new BpfProgram();

    private EtherFilter() {}

    static byte[] of(Neighbourhood.Host host) {
        EtherFilter filter = new EtherFilter();
        boolean ipv4 = host.address().isIpv4();
        filter.write(ipv4 ? EtherFrame.IPV4 : EtherFrame.IPV6, ipv4 ? EtherFrame.ARP : EtherFrame.IPV6, host);
        return filter.program.octets();
    }

    private void write(int packets, int questions, Neighbourhood.Host host) {
        program.add(LOAD_WORD, VLAN_TAG_PRESENT);
        program.orNothing(JUMP_EQUAL, 0);
        program.add(LOAD_HALF, TYPE);
        program.add(JUMP_EQUAL, 0, 6, questions);
        program.add(LOAD_WORD, DESTINATION_LOW);
        program.add(JUMP_EQUAL, 0, 6, (int) host.group());
        program.add(LOAD_HALF, DESTINATION_HIGH);
        program.orNothing(JUMP_EQUAL, (int) (host.group() >>> 32));
        program.take(WHOLE);
        // No question: the type is still loaded.
        program.orNothing(JUMP_EQUAL, packets);
        // A question to the host alone comes here, too.
        program.add(LOAD_WORD, DESTINATION_LOW);
        program.orNothing(JUMP_EQUAL, (int) host.station());
        program.add(LOAD_HALF, DESTINATION_HIGH);
        program.orNothing(JUMP_EQUAL, (int) (host.station() >>> 32));
        program.take(WHOLE);
    }
}
