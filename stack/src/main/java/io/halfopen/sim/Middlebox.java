package io.halfopen.sim;

/**
 * A box on the way between the hosts of a {@link World} that may take packets away: a firewall, a fault of a test. It
 * sees each packet before its {@link Path} does. The bytes are valid during the call, which must not call a host; what
 * the box sends itself it schedules with {@link World#after} and {@link World#inject}.
 */
public interface Middlebox {
    /** Whether the packet goes on; if not, the taps hear that it was lost. */
    boolean passes(long now, Host from, Host to, byte[] bytes, int offset, int length);
}
