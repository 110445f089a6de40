package io.halfopen.tcp.ip;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.socket.Core;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.IpPacket;
import org.jspecify.annotations.Nullable;

/**
 * Packets that come in pieces are put together again: RFC 791, section 3.2, RFC 8200, section 4.5. A fragment that
 * overlaps another, and not just repeats it, ends the whole packet (RFC 5722, RFC 8900). Memory is bounded by
 * ipfrag_high_thresh and ip6frag_high_thresh: beyond it there is no room, whoever comes.
 */
final class Reassembly {
    private static final int BUCKETS = 256;
    private static final int LARGEST = 65535;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** What the object itself may count for. */
    private static final int OVERHEAD = 1024;

    private final Core core;
    private @Nullable FragmentQueue[] buckets = new FragmentQueue[0];
    private @Nullable FragmentQueue unused;
    private int usedV4;
    private int usedV6;
    private byte[] whole = {};
    private int problemOffset;

    Reassembly(Core core) {
        this.core = core;
    }

    /** {@link #whole} then holds so many octets, if the rule is {@link Rule#REASSEMBLED}. */
    int wholeLength;

    byte[] whole() {
        return whole;
    }

    /** Where what is wrong with a fragment is, for {@link Rule#FRAGMENT_BAD}. */
    int problemOffset() {
        return problemOffset;
    }

    /** Takes in what IpPacket called a fragment. */
    Rule take(IpPacket fragment) {
        boolean v6 = !fragment.isIpv4();
        int place = fragment.fragmentPlace();
        boolean last = !fragment.hasMoreFragments();
        int length = fragment.transportLength();
        Rule bad = v6 ? judgeV6(fragment, place, last) : null;
        if (bad != null) {
            return bad;
        }
        int end = place + (v6 || last ? length : length & ~7);
        long name = fragment.fragmentName();
        FragmentQueue queue = find(fragment, name);
        if (queue == null) {
            return Rule.FRAGMENT_NO_ROOM;
        }
        Rule rule = judge(queue, place, end, last, fragment);
        switch (rule) {
            case FRAGMENT_KEPT -> {
                return keep(queue, fragment, place, end, last);
            }
            case FRAGMENT_DUPLICATE -> {}
            default -> remove(queue);
        }
        return rule;
    }

    /** What of IPv6 is answered: ip6_frag_queue and ipv6frag_thdr_truncated. */
    private @Nullable Rule judgeV6(IpPacket fragment, int place, boolean last) {
        int length = fragment.transportLength();
        if (place == 0 && length < leastOf(fragment.protocol())) {
            return Rule.FRAGMENT_WITHOUT_HEADER;
        }
        if (place + length > LARGEST) {
            problemOffset = fragment.fragmentHeader() - fragment.ipOffset() + 2;
            return Rule.FRAGMENT_BAD;
        }
        if (!last && (length & 7) != 0) {
            problemOffset = 4; // the payload length
            return Rule.FRAGMENT_BAD;
        }
        return null;
    }

    private static int leastOf(int protocol) {
        return switch (protocol) {
            case IpHeader.TCP -> 20;
            case IpHeader.UDP, IpHeader.ICMP_V6, 0, 43, 60 -> 8;
            default -> 1;
        };
    }

    private Rule judge(FragmentQueue queue, int from, int to, boolean last, IpPacket fragment) {
        if (!queue.agrees(from, to, last)) {
            return Rule.FRAGMENT_CONTRADICTS;
        }
        return switch (queue.judge(from, to)) {
            case FragmentQueue.DUPLICATE -> Rule.FRAGMENT_DUPLICATE;
            case FragmentQueue.OVERLAPS -> {
                if (fragment.isIpv4()) {
                    core.count(Counter.ReasmOverlaps);
                }
                yield Rule.FRAGMENT_OVERLAPS;
            }
            case FragmentQueue.TOO_MANY -> Rule.FRAGMENT_NO_ROOM;
            default -> mayGrow(queue, to, fragment.isIpv4()) ? Rule.FRAGMENT_KEPT : Rule.FRAGMENT_NO_ROOM;
        };
    }

    private boolean mayGrow(FragmentQueue queue, int to, boolean ipv4) {
        return to <= queue.data.length || to <= 2 * LARGEST && used(ipv4) + to <= limit(ipv4);
    }

    private Rule keep(FragmentQueue queue, IpPacket fragment, int place, int end, boolean last) {
        reserve(queue, end, fragment.isIpv4());
        System.arraycopy(fragment.bytes(), fragment.transportOffset(), queue.data, place, end - place);
        queue.add(place, end, last, fragment.trafficClass() & IpHeader.ECN_MASK);
        if (place == 0) {
            keepHead(queue, fragment);
        }
        if (!queue.isWhole()) {
            return Rule.FRAGMENT_KEPT;
        }
        boolean fits = queue.headerLength() + queue.length() <= LARGEST + (fragment.isIpv4() ? 0 : IpHeader.V6_LENGTH);
        boolean good = fits && !queue.isMixed();
        if (good) {
            int size = queue.headerLength() + queue.length();
            whole = whole.length < size ? new byte[Math.max(size, 1 << 12)] : whole;
            wholeLength = queue.writeWhole(whole);
        }
        remove(queue);
        return good ? Rule.REASSEMBLED : Rule.FRAGMENT_CONTRADICTS;
    }

    private void keepHead(FragmentQueue queue, IpPacket fragment) {
        int head = fragment.transportOffset() - fragment.ipOffset();
        queue.head = core.buffers.take(head);
        count(fragment.isIpv4(), queue.head.length);
        System.arraycopy(fragment.bytes(), fragment.ipOffset(), queue.head, 0, head);
        queue.headLength = head;
        queue.firstLength = fragment.transportLength();
        queue.fragmentNamed = fragment.fragmentNamedAt();
    }

    private void reserve(FragmentQueue queue, int end, boolean ipv4) {
        if (end <= queue.data.length) {
            return;
        }
        byte[] larger = core.buffers.take(end);
        System.arraycopy(queue.data, 0, larger, 0, queue.data.length);
        count(ipv4, larger.length - queue.data.length);
        giveBack(queue.data);
        queue.data = larger;
    }

    private void giveBack(byte[] buffer) {
        if (buffer.length > 0) {
            core.buffers.give(buffer);
        }
    }

    // ---- which are there

    private @Nullable FragmentQueue find(IpPacket fragment, long name) {
        int bucket = bucketOf(fragment.sourceLow(), name);
        for (FragmentQueue queue = buckets.length == 0 ? null : buckets[bucket]; queue != null; queue = queue.chained) {
            if (queue.isOf(fragment, name)) {
                return queue;
            }
        }
        boolean ipv4 = fragment.isIpv4();
        return used(ipv4) + OVERHEAD > limit(ipv4) ? null : add(fragment, name, bucket);
    }

    private FragmentQueue add(IpPacket fragment, long name, int bucket) {
        if (buckets.length == 0) {
            buckets = new FragmentQueue[BUCKETS]; // most stacks never come here
        }
        FragmentQueue queue = unused == null ? new FragmentQueue() : unused;
        unused = queue.chained;
        queue.start(fragment, name);
        queue.bucket = bucket;
        queue.chained = buckets[bucket];
        buckets[bucket] = queue;
        boolean ipv4 = fragment.isIpv4();
        count(ipv4, OVERHEAD);
        long time = core.sysctls.get(ipv4 ? Sysctl.ipfrag_time : Sysctl.ip6frag_time) * NANOS_PER_SECOND;
        core.wheel.schedule(queue, core.due(core.now() + time));
        return queue;
    }

    private int bucketOf(long sourceLow, long name) {
        return (int) ((sourceLow ^ Long.rotateLeft(name, 24)) * core.keys.tableKey1 >>> 56);
    }

    void remove(FragmentQueue queue) {
        core.wheel.cancel(queue);
        FragmentQueue before = buckets[queue.bucket];
        if (before == queue) {
            buckets[queue.bucket] = queue.chained;
        } else {
            while (before != null && before.chained != queue) {
                before = before.chained;
            }
            if (before != null) {
                before.chained = queue.chained;
            }
        }
        count(queue.isIpv4(), -OVERHEAD - queue.data.length - queue.head.length);
        giveBack(queue.data);
        giveBack(queue.head);
        queue.data = new byte[0];
        queue.head = queue.data;
        queue.chained = unused;
        unused = queue;
    }

    /** The time is over: writes the first fragment, if it came, so that its sender can be told; its octets, or 0. */
    int expire(FragmentQueue queue) {
        int length = 0;
        if (queue.firstLength >= 0) {
            int size = queue.headLength + queue.firstLength;
            whole = whole.length < size ? new byte[size] : whole;
            length = queue.writeFirst(whole);
        }
        remove(queue);
        return length;
    }

    private int used(boolean ipv4) {
        return ipv4 ? usedV4 : usedV6;
    }

    private int limit(boolean ipv4) {
        return core.sysctls.get(ipv4 ? Sysctl.ipfrag_high_thresh : Sysctl.ip6frag_high_thresh);
    }

    private void count(boolean ipv4, int octets) {
        if (ipv4) {
            usedV4 += octets;
        } else {
            usedV6 += octets;
        }
    }
}
