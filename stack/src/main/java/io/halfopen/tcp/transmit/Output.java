package io.halfopen.tcp.transmit;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.ECE;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.PSH;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;
import static io.halfopen.wire.TcpHeader.URG;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.receive.SackBlocks;
import io.halfopen.tcp.receive.Urgent;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Flow;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.TimeWait;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.FastOpenCookie;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.IpPacket;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SegmentJoiner;
import io.halfopen.wire.TcpHeader;
import io.halfopen.wire.TcpOptions;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The packets that are to go out, written in place one after the other, until they are drained. Each knows the rule
 * that sent it. The array grows to the largest burst and stays.
 */
public final class Output {
    /** The sysctl's. */
    private static final int DEFAULT_TTL = -1;

    /** Octets of IPv6's fragment header. */
    private static final int FRAGMENT_HEADER = 8;

    /** The longest packet of IP. */
    private static final int LARGEST = 65_535;

    private final Core core;
    private byte[] bytes = new byte[1 << 12];
    private int[] ends = new int[16];
    private Rule[] reasons = new Rule[16];

    /** Octets of data in each segment of one that a network card is to cut; 0 of one that is a segment. */
    private int[] sizes = new int[16];

    private boolean offloads;
    private int count;
    private int end;
    private int answers;

    public Output(Core core) {
        this.core = core;
    }

    /** How many packets wait to be taken. */
    public int packets() {
        return count;
    }

    /** The rule that sent one of them. */
    public Rule why(int packet) {
        return reasons[packet];
    }

    /** Where all of them lie. */
    public byte[] bytes() {
        return bytes;
    }

    /** Where one of them begins in {@link #bytes}. */
    public int start(int packet) {
        return packet == 0 ? 0 : ends[packet - 1];
    }

    public int length(int packet) {
        return ends[packet] - start(packet);
    }

    /** A network card cuts large packets (TSO): data that leaves together becomes one. */
    public void offload() {
        offloads = true;
    }

    /** Octets of data in each segment that a packet is to be cut into; 0 if it is to go as it is. */
    public int size(int packet) {
        return sizes[packet];
    }

    /** Makes a packet that is to be cut one: its checksum is only the sum of the pseudo-header, which is what a card begins with. */
    public void seal(int packet) {
        int start = start(packet);
        SegmentJoiner.seal(bytes, start, length(packet), IpHeader.lengthAt(bytes, start));
    }

    /** Forgets them, now that so many were taken, which has to be all. */
    public void clear(int taken) {
        if (count != taken) {
            throw new IllegalStateException("a packet handler called the stack: drain first, then call");
        }
        count = 0;
        end = 0;
    }

    public void synAck(HalfOpen half, Rule why) {
        synAck(half, null, why);
    }

    /** With a Fast Open cookie, unless that is null. */
    public void synAck(HalfOpen half, @Nullable FastOpenCookie cookie, Rule why) {
        synAck(half, core.timestamp(half.tsOffset), cookie, why);
    }

    public void synAck(HalfOpen half, int stamp, @Nullable FastOpenCookie cookie, Rule why) {
        int scale = half.ourWindowScale;
        int syn = TcpOptions.synLength(half.has(HalfOpen.SACK), half.has(HalfOpen.TIMESTAMPS), scale);
        int header = TcpHeader.LENGTH + syn + TcpOptions.fastOpenLength(cookie);
        int tcp = begin(half, header);
        int options = tcp + TcpHeader.LENGTH;
        half.tsSent = stamp;
        long sum = TcpOptions.writeSyn(
                bytes,
                options,
                half.ourMss,
                half.has(HalfOpen.SACK),
                half.has(HalfOpen.TIMESTAMPS),
                stamp,
                half.tsRecent,
                scale);
        sum += TcpOptions.writeFastOpen(bytes, options + syn, cookie);
        int flags = half.has(HalfOpen.ECN) ? SYN | ACK | ECE : SYN | ACK;
        header(half, tcp, half.iss, half.rcvNxt(), header, flags, half.toldWindow(), 0, sum);
        // The id is 0: with DF set it means nothing, and a half-open has no counter for it.
        finish(half, tcp, header, half.tos(), half.ttl, 0, core.flowLabel(half), why);
        core.count(Counter.OutSegs);
    }

    /** The ACK of a half-open. */
    public void ack(HalfOpen half, int tos, Rule why) {
        int length = bareLength(half.has(HalfOpen.TIMESTAMPS));
        int tcp = begin(half, length);
        long sum = half.has(HalfOpen.TIMESTAMPS) ? stamp(tcp, half.tsOffset, half.tsRecent) : 0;
        int window = half.toldWindow() >>> Math.max(0, half.ourWindowScale);
        header(half, tcp, half.iss + 1, half.rcvNxt(), length, ACK, window, 0, sum);
        finish(half, tcp, length, tos, DEFAULT_TTL, 0, core.flowLabel(half), why);
        core.count(Counter.OutSegs);
    }

    /** The ACK of a TIME_WAIT. */
    public void ack(TimeWait rest, Rule why) {
        int length = bareLength(rest.timestamps);
        int tcp = begin(rest, length);
        long sum = rest.timestamps ? stamp(tcp, rest.tsOffset, rest.tsRecent) : 0;
        header(rest, tcp, rest.sndNxt, rest.rcvNxt, length, ACK, rest.rcvWindow >>> rest.rcvWindowScale, 0, sum);
        finish(rest, tcp, length, rest.tos, DEFAULT_TTL, 0, rest.label, why);
        core.count(Counter.OutSegs);
    }

    private static int bareLength(boolean timestamps) {
        return TcpHeader.LENGTH + (timestamps ? TcpOptions.TIMESTAMP_LENGTH : 0);
    }

    private long stamp(int tcp, int tsOffset, int echo) {
        return TcpOptions.writeTimestamp(bytes, tcp + TcpHeader.LENGTH, core.timestamp(tsOffset), echo);
    }

    /**
     * A SYN with what Fast Open adds: an option, unless that is null or none, and so many octets of the send buffer. Only
     * the first one counts OutSegs: to Linux the others are retransmissions.
     */
    public void syn(Connection c, int flags, @Nullable FastOpenCookie cookie, int data, Rule why) {
        c.label = core.flowLabel(c);
        core.statistics.count(c.sender, data);
        int scale = c.receiver.window.scale();
        int plain = TcpOptions.synLength(c.sack, c.timestamps, scale);
        int header = TcpHeader.LENGTH + plain + TcpOptions.fastOpenLength(cookie);
        int tcp = begin(c, header + data);
        long sum = TcpOptions.writeSyn(
                bytes,
                tcp + TcpHeader.LENGTH,
                c.announcedMss,
                c.sack,
                c.timestamps,
                core.timestamp(c.tsOffset),
                c.tsRecent,
                scale);
        sum += TcpOptions.writeFastOpen(bytes, tcp + TcpHeader.LENGTH + plain, cookie);
        c.sender.copyTo(0, bytes, tcp + header, data);
        sum += Checksum.sum(bytes, tcp + header, data);
        header(c, tcp, c.sender.iss(), 0, header, flags, Math.min(c.receiver.window.size(), 0xffff), data, sum);
        finish(c, tcp, header + data, c.tos, c.ttl, c.nextId(), c.label, why);
        core.count(Counter.OutSegs, why == Rule.CONNECT_CALLED ? 1 : 0);
    }

    /** The SYN again, and with it the answer to the peer's: all options that were offered, whatever the peer's had. */
    public void synAck(Connection c, Rule why) {
        c.label = core.flowLabel(c);
        core.statistics.count(c.sender, 0);
        boolean timestamps = core.sysctls.isOn(Sysctl.tcp_timestamps);
        boolean sack = core.sysctls.isOn(Sysctl.tcp_sack);
        int scale = c.receiver.window.scale();
        int options = TcpOptions.synLength(sack, timestamps, scale);
        int tcp = begin(c, TcpHeader.LENGTH + options);
        long sum = TcpOptions.writeSyn(
                bytes,
                tcp + TcpHeader.LENGTH,
                c.announcedMss,
                sack,
                timestamps,
                core.timestamp(c.tsOffset),
                c.tsRecent,
                scale);
        int window = Math.min(c.receiver.window.size(), 0xffff);
        int flags = c.ecn ? SYN | ACK | ECE : SYN | ACK;
        header(c, tcp, c.sender.iss(), c.receiver.nxt(), TcpHeader.LENGTH + options, flags, window, 0, sum);
        finish(c, tcp, TcpHeader.LENGTH + options, c.tos, c.ttl, c.nextId(), c.label, why);
    }

    /**
     * Adds data to the packet before, which is of the same burst, for a card to cut; false where the two cannot be one: flags but
     * those of an end are the whole packet's, and no segment but the last is shorter.
     */
    boolean join(Connection c, int flags, int seq, int length) {
        int last = count - 1;
        if (!offloads || last < 0 || c.urgent != null || (flags & ~(PSH | FIN)) != ACK) {
            return false;
        }
        int ip = start(last);
        int tcp = ip + IpHeader.lengthFor(c.remoteHigh, c.remoteLow);
        int data = end - tcp - TcpHeader.lengthOf(bytes, tcp);
        int size = sizes[last] == 0 ? data : sizes[last];
        boolean whole = bytes[tcp + TcpHeader.FLAGS] == ACK && size > 0 && length <= size && data % size == 0;
        if (!whole || end + length - ip > LARGEST) {
            return false;
        }
        reserve(length);
        c.sender.copyTo(seq - c.sender.una(), bytes, end, length);
        bytes[tcp + TcpHeader.FLAGS] = (byte) flags;
        c.nextId();
        end += length;
        ends[last] = end;
        sizes[last] = size;
        return true;
    }

    /**
     * A segment of an established connection: {@code length} octets of the send buffer from {@code seq}, with the field of
     * the window that {@link Emitter} has announced.
     */
    void segment(Connection c, int flags, boolean markable, int seq, int length, int window, Rule why) {
        SackBlocks sacks = c.sack ? c.receiver.sacks() : null;
        int stamp = c.timestamps ? TcpOptions.TIMESTAMP_LENGTH : 0;
        int blocks = c.sackBlocks();
        int header = TcpHeader.LENGTH + stamp + TcpOptions.sackLength(blocks);
        int tcp = begin(c, header + length);
        long sum = c.timestamps ? stamp(tcp, c.tsOffset, c.tsRecent) : 0;
        if (sacks != null && blocks > 0) {
            sum += writeSacks(sacks, blocks, tcp + TcpHeader.LENGTH + stamp);
        }
        if (length > 0) {
            c.sender.copyTo(seq - c.sender.una(), bytes, tcp + header, length);
            sum += Checksum.sum(bytes, tcp + header, length);
        }
        Urgent urgent = c.urgent;
        int pointer = urgent == null ? 0 : urgent.pointer(c.sender.una(), seq, c.sender.nxt());
        int urging = pointer == 0 ? flags : flags | URG;
        header(c, tcp, seq, c.receiver.nxt(), header, urging, window, length, sum + pointer);
        if (pointer != 0) {
            TcpHeader.writeUrgentPointer(bytes, tcp, pointer);
        }
        int tos = markable ? c.tos | IpHeader.ECN_CAPABLE : c.tos;
        finish(c, tcp, header + length, tos, c.ttl, c.nextId(), c.label, why);
    }

    private int writeSacks(SackBlocks sacks, int blocks, int at) {
        TcpOptions.writeSackHeader(bytes, at, blocks);
        for (int i = 0; i < blocks; i++) {
            TcpOptions.writeSackBlock(bytes, at, i, sacks.left(i), sacks.right(i));
        }
        return Checksum.sum(bytes, at, TcpOptions.sackLength(blocks));
    }

    /** RFC 9293, section 3.10.7.1: the answer to a segment that belongs to nothing here. */
    public void reset(Segment segment, Rule why) {
        if (core.isUnanswerable(segment)) {
            return; // as Linux has it: whatever was to be reset is, but the peer does not hear of it
        }
        boolean acked = segment.has(ACK);
        int ip = reserve(IpHeader.lengthFor(segment.sourceHigh(), segment.sourceLow()) + TcpHeader.LENGTH);
        int tcp = ip + IpHeader.lengthFor(segment.sourceHigh(), segment.sourceLow());
        TcpHeader.writeSealed(
                bytes,
                tcp,
                segment.destinationPort() << 16 | segment.sourcePort(),
                acked ? segment.ack() : 0,
                acked ? 0 : segment.endSeq(),
                TcpHeader.LENGTH,
                acked ? RST : RST | ACK,
                0,
                Checksum.pseudoHeader(
                        segment.sourceHigh(),
                        segment.sourceLow(),
                        segment.destinationHigh(),
                        segment.destinationLow(),
                        TcpHeader.LENGTH));
        finish(
                ip,
                tcp,
                TcpHeader.LENGTH,
                /* sourceHigh= */ segment.destinationHigh(),
                /* sourceLow= */ segment.destinationLow(),
                /* destinationHigh= */ segment.sourceHigh(),
                /* destinationLow= */ segment.sourceLow(),
                segment.trafficClass() & ~IpHeader.ECN_MASK,
                DEFAULT_TTL,
                core.flowLabel(segment));
        commit(why);
        core.count(Counter.OutSegs);
        core.count(Counter.OutRsts);
    }

    /** A message back to where a packet came from, in pieces if the path takes no more at a time. */
    public void answer(IpPacket answered, int protocol, byte[] message, int length, int tos, Rule why) {
        long high = answered.sourceHigh();
        long low = answered.sourceLow();
        int mtu = mtuBackFrom(answered);
        int header = IpHeader.lengthFor(high, low);
        boolean ipv4 = answered.isIpv4();
        int id = core.keys.identification(high, low, ++answers);
        if (header + length <= mtu) {
            datagram(answered, protocol, message, 0, length, tos, ipv4 ? id : 0, 0, why);
            return;
        }
        int most = mtu - header - (ipv4 ? 0 : FRAGMENT_HEADER) & ~7;
        for (int at = 0; at < length; at += most) {
            int part = Math.min(most, length - at);
            boolean more = at + part < length;
            if (ipv4) {
                datagram(
                        answered,
                        protocol,
                        message,
                        at,
                        part,
                        tos,
                        id,
                        at >> 3 | (more ? IpHeader.MORE_FRAGMENTS : 0),
                        why);
            } else {
                fragmentV6(answered, protocol, message, at, part, tos, more ? at | 1 : at, id, why);
            }
        }
    }

    /** The MTU of the path to where a packet came from, as it is known. */
    public int mtuBackFrom(IpPacket packet) {
        long high = packet.sourceHigh();
        long low = packet.sourceLow();
        int link = core.addresses.mtu(packet.destinationHigh(), packet.destinationLow(), high, low);
        return core.paths.mtu(high, low, link, core.now());
    }

    private void fragmentV6(
            IpPacket answered,
            int protocol,
            byte[] message,
            int from,
            int length,
            int tos,
            int place,
            int id,
            Rule why) {
        byte[] piece = core.buffers.take(FRAGMENT_HEADER + length);
        Bytes.putInt(piece, 0, protocol << 24 | place);
        Bytes.putInt(piece, 4, id);
        System.arraycopy(message, from, piece, FRAGMENT_HEADER, length);
        datagram(answered, IpHeader.FRAGMENT, piece, 0, FRAGMENT_HEADER + length, tos, 0, 0, why);
        core.buffers.give(piece);
    }

    private void datagram(
            IpPacket answered,
            int protocol,
            byte[] message,
            int from,
            int length,
            int tos,
            int mark,
            int fragment,
            Rule why) {
        int header = IpHeader.lengthFor(answered.sourceHigh(), answered.sourceLow());
        int ip = reserve(header + length);
        IpHeader.write(
                bytes,
                ip,
                /* sourceHigh= */ answered.destinationHigh(),
                /* sourceLow= */ answered.destinationLow(),
                /* destinationHigh= */ answered.sourceHigh(),
                /* destinationLow= */ answered.sourceLow(),
                length,
                protocol,
                tos,
                defaultTtl(answered.sourceHigh(), answered.sourceLow()),
                mark,
                fragment);
        System.arraycopy(message, from, bytes, ip + header, length);
        end = ip + header + length;
        commit(why);
    }

    private int begin(Flow flow, int tcpLength) {
        int ipLength = IpHeader.lengthFor(flow.remoteHigh, flow.remoteLow);
        return reserve(ipLength + tcpLength) + ipLength;
    }

    /** {@code sum} is that of the options, of so many octets of data, and of what is written later. */
    private void header(
            Flow flow, int tcp, int seq, int ack, int headerLength, int flags, int window, int data, long sum) {
        long pseudo = Checksum.pseudoHeader(
                flow.local.high(), flow.local.low(), flow.remoteHigh, flow.remoteLow, headerLength + data);
        int ports = Integer.rotateLeft(flow.ports, 16);
        TcpHeader.writeSealed(bytes, tcp, ports, seq, ack, headerLength, flags, window, pseudo + sum);
    }

    private void finish(Flow flow, int tcp, int tcpLength, int tos, int ttl, int id, int label, Rule why) {
        int ip = tcp - IpHeader.lengthFor(flow.remoteHigh, flow.remoteLow);
        int mark = flow.isIpv4() ? id : label;
        finish(
                ip,
                tcp,
                tcpLength,
                flow.local.high(),
                flow.local.low(),
                flow.remoteHigh,
                flow.remoteLow,
                tos,
                ttl,
                mark);
        if (flow instanceof Connection c && c.path.isFragmentable() && c.isIpv4()) {
            IpHeader.allowFragments(bytes, ip);
        }
        commit(why);
    }

    private void finish(
            int ip,
            int tcp,
            int tcpLength,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int tos,
            int ttl,
            int mark) {
        int hops = ttl == DEFAULT_TTL ? defaultTtl(destinationHigh, destinationLow) : ttl;
        IpHeader.write(bytes, ip, sourceHigh, sourceLow, destinationHigh, destinationLow, tcpLength, tos, hops, mark);
        end = tcp + tcpLength;
    }

    private int defaultTtl(long destinationHigh, long destinationLow) {
        boolean ipv4 = IpAddress.isIpv4(destinationHigh, destinationLow);
        return core.sysctls.get(ipv4 ? Sysctl.ip_default_ttl : Sysctl.hop_limit);
    }

    private int reserve(int length) {
        if (end + length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, end + length));
        }
        return Objects.checkIndex(end, bytes.length); // so that HotSpot knows that it is not negative
    }

    private void commit(Rule why) {
        if (core.outputBlocked) {
            end = count == 0 ? 0 : ends[count - 1];
            return;
        }
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, count * 2);
            reasons = Arrays.copyOf(reasons, count * 2);
            sizes = Arrays.copyOf(sizes, count * 2);
        }
        ends[count] = end;
        reasons[count] = why;
        sizes[count] = 0;
        count++;
        core.count(Counter.OutRequests);
    }
}
