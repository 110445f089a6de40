/**
 * A TCP stack whose listen path is Linux's. {@link io.halfopen.tcp.Stack} is one host's kernel without the network,
 * {@link io.halfopen.sim.World} a network of many in virtual time, {@link io.halfopen.trace} what tcpdump, ss and nstat would
 * say of it. The rooms inside {@code io.halfopen.tcp} are not for use from outside.
 */
module io.halfopen {
    requires static transitive org.jspecify;

    exports io.halfopen.linux;
    exports io.halfopen.sim;
    exports io.halfopen.tcp;
    exports io.halfopen.trace;
    exports io.halfopen.wire;
}
