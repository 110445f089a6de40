package io.halfopen.lab;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Timers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One experiment: a server, some clients, the network between them. Times are nanoseconds, {@link #NEVER} for never.
 *
 * @param backlog what listen() is called with
 * @param defer TCP_DEFER_ACCEPT, seconds; 0: not set
 * @param acceptAfter when the server starts to accept, counted from listen()
 * @param service how long a worker keeps a connection after its answer
 * @param workers connections handled at a time
 * @param answer the writes of an answer, octets each
 * @param clients how many connect
 * @param start when the first connects, counted from listen()
 * @param every the time between two clients
 * @param forked clients start as the articles' program forks them: 2 and 3 after 1 has connected, 5 and 6 after 4
 * @param send octets each client sends once connected; the server waits for them
 * @param sendAfter when it does, counted from when connect() succeeded
 * @param hold when a client closes, counted from when connect() succeeded; 0 when the server has closed
 * @param replace a finished client is replaced while fewer than {@code clients} have connected, as ab does
 * @param rtt 0 is the loopback: one host; else two hosts that far from each other
 * @param flood SYNs a second from addresses that never answer; 0 for none
 * @param floodFor how long they come, from listen() on
 * @param loss probability that a packet is lost, 0 to 1
 * @param cut when the wire breaks for good, counted from listen()
 * @param timers how precisely those of the stacks fire
 * @param serverPlan how its programs divide their work
 * @param clientPlan how clients come, and how soon they give up
 * @param duration how long the experiment runs; {@link #NEVER}: until nothing more can happen
 */
public record Scenario(
        String name,
        Kernel kernel,
        int port,
        int backlog,
        int defer,
        long acceptAfter,
        long service,
        int workers,
        List<Integer> answer,
        Map<Sysctl, int[]> sysctls,
        int clients,
        long start,
        long every,
        boolean forked,
        int send,
        long sendAfter,
        long hold,
        boolean replace,
        long rtt,
        double loss,
        long cut,
        int flood,
        long floodFor,
        long seed,
        Timers timers,
        ServerPlan serverPlan,
        ClientPlan clientPlan,
        long duration) {

    public static final long NEVER = Long.MAX_VALUE;
    static final int DEFAULT_PORT = 8088;

    /** In the simulator it takes no time at all, on a busy machine some milliseconds. */
    private static final long LOOPBACK_AT_ONCE = 250_000_000L;

    /** What the options of the lab say when none is given. */
    public static Scenario defaults() {
        return new Scenario(
                "lab",
                Kernel.LINUX_6_18,
                DEFAULT_PORT,
                128,
                0,
                0,
                0,
                1,
                List.of(),
                Map.of(),
                6,
                0,
                0,
                false,
                0,
                0,
                0,
                false,
                0,
                0,
                NEVER,
                0,
                10_000_000_000L,
                1,
                Timers.EXACT,
                ServerPlan.PLAIN,
                ClientPlan.PLAIN,
                NEVER);
    }

    public boolean isLoopback() {
        return rtt == 0;
    }

    /** How long a connect() may take to have returned at once: nothing, or less than any retransmission of a SYN. */
    public long atOnce() {
        return isLoopback() ? LOOPBACK_AT_ONCE : 0;
    }

    public Edit edit() {
        return new Edit(this);
    }

    /** A scenario in the making: presets and options change a few things of one that is there. */
    public static final class Edit {
        public String name;
        public Kernel kernel;
        public int port;
        public int backlog;
        public int defer;
        public long acceptAfter;
        public long service;
        public int workers;
        public List<Integer> answer;
        public final Map<Sysctl, int[]> sysctls;
        public int clients;
        public long start;
        public long every;
        public boolean forked;
        public int send;
        public long sendAfter;
        public long hold;
        public boolean replace;
        public long rtt;
        public double loss;
        public long cut;
        public int flood;
        public long floodFor;
        public long seed;
        public Timers timers;
        public ServerPlan serverPlan;
        public ClientPlan clientPlan;
        public long duration;

        private Edit(Scenario from) {
            name = from.name;
            kernel = from.kernel;
            port = from.port;
            backlog = from.backlog;
            defer = from.defer;
            acceptAfter = from.acceptAfter;
            service = from.service;
            workers = from.workers;
            answer = from.answer;
            sysctls = new LinkedHashMap<>(from.sysctls);
            clients = from.clients;
            start = from.start;
            every = from.every;
            forked = from.forked;
            send = from.send;
            sendAfter = from.sendAfter;
            hold = from.hold;
            replace = from.replace;
            rtt = from.rtt;
            loss = from.loss;
            cut = from.cut;
            flood = from.flood;
            floodFor = from.floodFor;
            seed = from.seed;
            timers = from.timers;
            serverPlan = from.serverPlan;
            clientPlan = from.clientPlan;
            duration = from.duration;
        }

        public Scenario done() {
            return new Scenario(
                    name,
                    kernel,
                    port,
                    backlog,
                    defer,
                    acceptAfter,
                    service,
                    workers,
                    answer,
                    sysctls,
                    clients,
                    start,
                    every,
                    forked,
                    send,
                    sendAfter,
                    hold,
                    replace,
                    rtt,
                    loss,
                    cut,
                    flood,
                    floodFor,
                    seed,
                    timers,
                    serverPlan,
                    clientPlan,
                    duration);
        }
    }
}
