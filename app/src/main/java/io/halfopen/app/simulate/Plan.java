package io.halfopen.app.simulate;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.sim.Path;
import java.util.List;
import java.util.Map;

/** All that a simulation does, before it is done: hosts, what is between them, who talks to whom, and what goes wrong. */
record Plan(
        long seed,
        long start,
        List<Machine> machines,
        List<Cable> cables,
        List<Service> services,
        List<Dialog> dialogs,
        List<Trouble> troubles) {

    /** A host; its addresses follow from its place in the list. */
    record Machine(Kernel kernel, int mtu, Map<Sysctl, List<Integer>> sysctls) {}

    /** Both directions between two hosts, which may be the same. */
    record Cable(int a, int b, Path there, Path back) {}

    /** A listener; {@code acceptEvery} is the least time between two calls of accept(), ns. */
    record Service(
            int machine, int port, boolean ipv6, int backlog, long acceptEvery, Map<SocketOption, Integer> options) {}

    /** A connection, called for at a time, ns after the start. */
    record Dialog(int service, int client, long at, Side caller, Side answerer) {}

    /**
     * What one side of a connection does.
     *
     * @param octets how much it writes
     * @param piece how much with a call at most; the same for read()
     * @param writeEvery least time between two writes, ns
     * @param readEvery the same of reads
     * @param flags what every third of these writes has: send(2)'s
     * @param patience when it hangs up, ns after it began, whatever has happened; or {@link Long#MAX_VALUE}
     */
    record Side(
            long octets,
            int piece,
            long writeEvery,
            long readEvery,
            int flags,
            Ending ending,
            long patience,
            Map<SocketOption, Integer> options) {

        /** It does nothing that would keep the other side from writing and reading all there is. */
        boolean isOrderly() {
            return patience == Long.MAX_VALUE && (ending == Ending.ORDERLY || ending == Ending.LAST);
        }
    }

    /** How a side ends. */
    enum Ending {
        /** Writes all, shuts that half, reads to the end, closes. */
        ORDERLY,
        /** Reads to the end, then writes all and closes: the other half is closed long before. */
        LAST,
        /** Closes when all is written, whatever there is to read. */
        CLOSE,
        /** The same, with SO_LINGER and time 0: a reset. */
        RESET
    }

    /** Something that goes wrong at a time, ns after the start. */
    sealed interface Trouble {
        long at();

        /** The host loses power and comes back at once; its listeners are opened again. */
        record Restart(int machine, long at) implements Trouble {}

        /** The host stands still, and its clock jumps when it goes on. */
        record Pause(int machine, long at, long length) implements Trouble {}

        /** No packet passes a cable for a time. */
        record Partition(int cable, long at, long length) implements Trouble {}

        /** From now on longer packets do not pass a cable, octets. */
        record NewMtu(int cable, long at, int mtu) implements Trouble {}
    }
}
