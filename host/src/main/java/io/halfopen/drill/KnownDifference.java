package io.halfopen.drill;

import io.halfopen.drill.StoryDifference.Line;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What differs in exchanges and may, with the reason. {@code parity --about segments} leaves the first out, and counts
 * exchanges that show one of the others as explained; a difference that is not here is a fault.
 */
public enum KnownDifference {
    BURST_COUNTED_ONCE(
            null,
            ".*",
            "OutRequests",
            "Linux counts what TCP hands to IP: a burst is one, and is cut into packets after that"),
    CROSSED_SYN_NOT_ACKNOWLEDGED(
            SegmentState.SYN_RECV_CROSSED,
            ".*",
            "TCPDelivered",
            "SYNs have crossed, and an ACK of the SYN's own number follows: on Linux the connection is established and its"
                    + " SYN still in flight; here the SYN counts as acknowledged"),
    CONNECT_BROKEN_OFF(
            SegmentState.SYN_SENT,
            ".*",
            "tcpi_notsent_bytes",
            "shutdown() in SYN_SENT: TCP_INFO of Linux still has what was known then, here that of a new socket"),
    REFUSED_BY_SYN(
            SegmentState.SYN_SENT,
            "S.*R.*",
            "tcpi_options",
            "a SYN with RST and ACK refuses connect(): TCP_INFO of Linux then has the options of it, here none"),
    SYN_AGAIN_WITH_MORE(
            SegmentState.SYN_RECV,
            "S.*",
            "stack: packet R; kernel: packet .",
            "the SYN again with an ACK of ours, and data, a FIN or urgent data: Linux puts a connection that is still in"
                    + " SYN_RECV into the accept queue, here the half-open is reset"),
    OCTETS_TWICE(
            null,
            "FP?\\. 20000 octets.*",
            "tcpi_rcv_ssthresh|stack: packet .; kernel: packet .",
            "a FIN with 20,000 octets, some of which were here: Linux counts the memory of each packet, here each octet"
                    + " has its share of that, so the window is another by a few hundred"),
    BLOCKS_BY_ABSOLUTE_NUMBER(
            null,
            ".*050a0000.*",
            "TCPDSACKRecv|TCPSACKDiscard",
            "a list of octets with a SACK block has absolute numbers, and initial sequence numbers are random: what the"
                    + " block means is another thing each time");

    private final @Nullable SegmentState state;
    private final Pattern segment;

    /** Names as {@link StoryDifference#signatures} has them. */
    private final Set<String> signatures;

    private final String reason;

    /** A state, or all; an expression of the segment's name; a signature, or several with bars between them. */
    KnownDifference(@Nullable SegmentState state, String segment, String signatures, String reason) {
        this.state = state;
        this.segment = Pattern.compile(segment);
        this.signatures = Set.of(signatures.split("\\|", -1));
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }

    static boolean isLeftOut(Line line) {
        return BURST_COUNTED_ONCE.signatures.contains(line.name());
    }

    /** What explains that both differ in these things here; null if nothing does. */
    static @Nullable KnownDifference of(SegmentState state, String segment, Set<String> found) {
        for (KnownDifference known : values()) {
            boolean here = (known.state == null || known.state == state)
                    && known.segment.matcher(segment).matches();
            if (here && known.signatures.stream().anyMatch(found::contains)) {
                return known;
            }
        }
        return null;
    }
}
