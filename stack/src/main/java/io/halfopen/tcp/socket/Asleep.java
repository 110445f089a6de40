package io.halfopen.tcp.socket;

import io.halfopen.linux.CongestionAlgorithm;
import org.jspecify.annotations.Nullable;

/** A connection that was used, and has been idle for long enough to be put away. */
public final class Asleep extends Dormant {
    /** All that the connection knew, by {@link Connection#keep}. */
    public byte @Nullable [] kept;

    /** Its congestion control, which has that from its socket or from the sysctl. */
    public CongestionAlgorithm algorithm = CongestionAlgorithm.reno;

    @Override
    void reset() {
        super.reset();
        kept = null;
    }
}
