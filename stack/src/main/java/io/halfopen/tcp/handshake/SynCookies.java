package io.halfopen.tcp.handshake;

import io.halfopen.tcp.host.SipHash;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Flow;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.wire.IpAddress;

/**
 * SYN cookies: what a half-open would keep is in the initial sequence number, 24 bits of which are a keyed hash, the
 * client's MSS is one of four, and the minute says how old it is. Wherever the client offers timestamps, the low bits
 * of ours carry the other options, and the client echoes them.
 *
 * <pre>
 *   ISN = secret(tuple) + client's ISN + minute * 2^24 + (hash(tuple, minute) + index of MSS) mod 2^24
 *   timestamp, low six bits:  | ECN | SACK | window scale, or 15 for none |
 * </pre>
 *
 * Linux computes the same (secure_tcp_syn_cookie, cookie_init_timestamp), with keys that nobody knows.
 */
public final class SynCookies {
    /** A cookie is good in the minute of its making and the next. */
    private static final int MINUTES = 2;

    private static final long MINUTE = Listener.COOKIE_LIFETIME / MINUTES;

    private static final int COUNTER_SHIFT = 24;
    private static final int HASH_MASK = (1 << COUNTER_SHIFT) - 1;
    private static final int[] MSS_V4 = {536, 1300, 1440, 1460};
    private static final int[] MSS_V6 = {1220, 1420, 1440, 8940};

    private static final int OPTIONS_MASK = 63;
    private static final int SACK = 16;
    private static final int ECN = 32;
    private static final int SCALE_MASK = 15;

    private final SipHash key;

    SynCookies(SipHash key) {
        this.key = key;
    }

    /** The initial sequence number that says all this; {@code secret} is {@link Core#secret} of the tuple. */
    int isn(long secret, HalfOpen half, int mss, long now) {
        int minute = (int) (now / MINUTE);
        int low = hash(half, minute) + indexOf(table(half), mss) & HASH_MASK;
        return (int) secret + half.irs + (minute << COUNTER_SHIFT) + low;
    }

    /** The client's MSS, rounded down; 0 if its ISN and ours, {@code half.iss}, are no cookie, or one too old. */
    int mss(long secret, HalfOpen half, long now) {
        int minute = (int) (now / MINUTE);
        int rest = half.iss - (int) secret - half.irs;
        int age = minute - (rest >>> COUNTER_SHIFT) & 0xff;
        if (age >= MINUTES) {
            return 0;
        }
        int index = rest - hash(half, minute - age) & HASH_MASK;
        int[] table = table(half);
        return index < table.length ? table[index] : 0;
    }

    private static int[] table(Flow tuple) {
        return IpAddress.isIpv4(tuple.remoteHigh, tuple.remoteLow) ? MSS_V4 : MSS_V6;
    }

    private static int indexOf(int[] table, int mss) {
        int index = table.length - 1;
        while (index > 0 && mss < table[index]) {
            index--;
        }
        return index;
    }

    private int hash(Flow tuple, int minute) {
        return (int) key.tuple(
                tuple.local.high(), tuple.local.low(), tuple.remoteHigh, tuple.remoteLow, tuple.ports, minute);
    }

    /** The latest timestamp not after {@code now}, milliseconds, whose low bits say what was agreed on. */
    public static int timestamp(int now, HalfOpen half) {
        int options = (half.ourWindowScale < 0 ? SCALE_MASK : half.peerWindowScale);
        options |= (half.has(HalfOpen.SACK) ? SACK : 0) | (half.has(HalfOpen.ECN) ? ECN : 0);
        int stamp = now & ~OPTIONS_MASK | options;
        return stamp - now > 0 ? stamp - OPTIONS_MASK - 1 : stamp;
    }

    public static boolean hasSack(int timestamp) {
        return (timestamp & SACK) != 0;
    }

    static boolean hasEcn(int timestamp) {
        return (timestamp & ECN) != 0;
    }

    static boolean hasScale(int timestamp) {
        return (timestamp & SCALE_MASK) != SCALE_MASK;
    }

    public static byte scale(int timestamp) {
        return (byte) (timestamp & SCALE_MASK);
    }
}
