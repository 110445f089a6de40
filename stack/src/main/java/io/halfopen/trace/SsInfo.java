package io.halfopen.trace;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What {@code ss -tin} prints below a connection, out of struct tcp_info: the same fields in the same order, spelled and
 * rounded as in iproute2 6.9, of which each is only there if it says something. Times are in milliseconds, rates in bits
 * per second. Older versions of ss know fewer of the last fields.
 */
public final class SsInfo {
    private static final long UNKNOWN_32 = 0xffff_ffffL;
    private static final long UNLIMITED = -1;
    private static final int WINDOW_SCALE = 4;
    private static final int LISTEN = 10;

    /** A timeout that ss takes for the one before there was a round trip, microseconds. */
    private static final int OLD_FIRST_TIMEOUT = 3_000_000;

    private static final int SHOWN_THRESHOLD = 0xffff;
    private static final int USUAL_REORDERING = 3;

    private final StringJoiner out = new StringJoiner(" ");
    private final Map<String, Long> info;

    private SsInfo(Map<String, Long> info) {
        this.info = info;
    }

    /**
     * One line.
     *
     * @param congestion the name that TCP_CONGESTION has
     * @param info the fields of struct tcp_info, {@code tcpi_rto} for one, and those of struct tcp_bbr_info, if there are
     *     any, {@code bbr_min_rtt}; what is not there is 0
     */
    public static String text(String congestion, Map<String, Long> info) {
        SsInfo text = new SsInfo(info);
        text.options(congestion);
        text.timesAndSizes();
        text.traffic();
        text.bbr();
        text.rates();
        text.limits();
        text.losses();
        text.receiver();
        return text.out.toString();
    }

    private long get(String field) {
        return info.getOrDefault("tcpi_" + field, 0L);
    }

    /** {@code label:number}, unless that is 0. */
    private void number(String label, String field) {
        long value = get(field);
        if (value != 0) {
            out.add(label + ":" + value);
        }
    }

    /** What is in microseconds, as milliseconds; not if it is 0. */
    private void millis(String label, long micros) {
        if (micros != 0) {
            out.add(label + ":" + general(micros / 1000.0));
        }
    }

    private void options(String congestion) {
        out.add(congestion);
        if ((get("options") & WINDOW_SCALE) != 0) {
            out.add("wscale:" + get("snd_wscale") + "," + get("rcv_wscale"));
        }
    }

    private void timesAndSizes() {
        millis("rto", get("rto") == OLD_FIRST_TIMEOUT ? 0 : get("rto"));
        number("backoff", "backoff");
        if (get("rtt") != 0) {
            out.add("rtt:" + general(get("rtt") / 1000.0) + "/" + general(get("rttvar") / 1000.0));
        }
        millis("ato", get("ato"));
        number("mss", "snd_mss");
        number("pmtu", "pmtu");
        number("rcvmss", "rcv_mss");
        number("advmss", "advmss");
        number("cwnd", "snd_cwnd");
        if (get("snd_ssthresh") < SHOWN_THRESHOLD) {
            number("ssthresh", "snd_ssthresh");
        }
    }

    private void traffic() {
        number("bytes_sent", "bytes_sent");
        number("bytes_retrans", "bytes_retrans");
        number("bytes_acked", "bytes_acked");
        number("bytes_received", "bytes_received");
        number("segs_out", "segs_out");
        number("segs_in", "segs_in");
        number("data_segs_out", "data_segs_out");
        number("data_segs_in", "data_segs_in");
    }

    private void bbr() {
        if (!info.containsKey("bbr_min_rtt")) {
            return;
        }
        long bandwidth = info.getOrDefault("bbr_bw_hi", 0L) << 32 | info.getOrDefault("bbr_bw_lo", 0L);
        StringBuilder text = new StringBuilder("bbr:(bw:").append(rate(bandwidth));
        text.append(",mrtt:").append(general(info.getOrDefault("bbr_min_rtt", 0L) / 1000.0));
        for (String gain : new String[] {"pacing_gain", "cwnd_gain"}) {
            long value = info.getOrDefault("bbr_" + gain, 0L);
            text.append(value == 0 ? "" : "," + gain + ":" + general(value / 256.0));
        }
        out.add(text.append(")").toString());
    }

    private void rates() {
        long rtt = get("rtt");
        if (rtt > 0 && get("snd_mss") > 0 && get("snd_cwnd") > 0) {
            double bits = (double) get("snd_cwnd") * get("snd_mss") * 8_000_000.0 / rtt;
            out.add("send " + whole(bits) + "bps");
        }
        number("lastsnd", "last_data_sent");
        number("lastrcv", "last_data_recv");
        number("lastack", "last_ack_recv");
        if (get("pacing_rate") != 0 && get("pacing_rate") != UNLIMITED) {
            boolean limited = get("max_pacing_rate") != 0 && get("max_pacing_rate") != UNLIMITED;
            out.add("pacing_rate " + rate(get("pacing_rate")) + (limited ? "/" + rate(get("max_pacing_rate")) : ""));
        }
        if (get("delivery_rate") != 0) {
            out.add("delivery_rate " + rate(get("delivery_rate")));
        }
        number("delivered", "delivered");
        number("delivered_ce", "delivered_ce");
        if (get("delivery_rate_app_limited") != 0) {
            out.add("app_limited");
        }
    }

    private void limits() {
        long busy = get("busy_time");
        if (busy != 0) {
            out.add("busy:" + busy / 1000 + "ms");
            share("rwnd_limited", busy);
            share("sndbuf_limited", busy);
        }
    }

    private void share(String field, long busy) {
        long value = get(field);
        if (value != 0) {
            BigDecimal percent = new BigDecimal(100.0 * value / busy).setScale(1, RoundingMode.HALF_EVEN);
            out.add(field + ":" + value / 1000 + "ms(" + percent.toPlainString() + "%)");
        }
    }

    private void losses() {
        number("unacked", "unacked");
        if (get("retrans") != 0 || get("total_retrans") != 0) {
            out.add("retrans:" + get("retrans") + "/" + get("total_retrans"));
        }
        number("lost", "lost");
        if (get("state") != LISTEN) {
            number("sacked", "sacked");
        }
        number("dsack_dups", "dsack_dups");
        number("fackets", "fackets");
        if (get("reordering") != USUAL_REORDERING) {
            out.add("reordering:" + get("reordering"));
        }
        number("reord_seen", "reord_seen");
    }

    private void receiver() {
        millis("rcv_rtt", get("rcv_rtt"));
        number("rcv_space", "rcv_space");
        number("rcv_ssthresh", "rcv_ssthresh");
        number("notsent", "notsent_bytes");
        millis("minrtt", get("min_rtt") == UNKNOWN_32 ? 0 : get("min_rtt"));
        number("rcv_ooopack", "rcv_ooopack");
        number("snd_wnd", "snd_wnd");
        number("rcv_wnd", "rcv_wnd");
        number("rehash", "rehash");
    }

    /** Octets per second, without sign, as bits per second. */
    private static String rate(long octets) {
        double unsigned = octets >= 0 ? octets : (octets >>> 1) * 2.0;
        return whole(unsigned * 8) + "bps";
    }

    /** C's %.0f. */
    private static String whole(double value) {
        return new BigDecimal(value).setScale(0, RoundingMode.HALF_EVEN).toPlainString();
    }

    /** C's %g: six digits that count, as few as say the same. */
    static String general(double value) {
        if (value == 0) {
            return "0";
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(6, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        BigDecimal shortest = rounded.stripTrailingZeros();
        if (exponent >= -4 && exponent < 6) {
            return shortest.toPlainString();
        }
        String digits = shortest.scaleByPowerOfTen(-exponent).toPlainString();
        String sign = exponent < 0 ? "-" : "+";
        return digits + "e" + sign + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }
}
