package io.halfopen.lab;

import io.halfopen.lab.server.Acceptance;
import java.util.ArrayList;
import java.util.List;

/**
 * How a server's programs divide their work.
 *
 * @param acceptor accept() is a program of its own, which hands connections to the workers
 * @param maxConnections how many connections the acceptor lets be open at a time; Integer.MAX_VALUE: any number
 * @param acceptRate how many accept() calls a second there are at most; 0: as many as can be
 * @param pauses when the whole server stands still
 */
public record ServerPlan(boolean acceptor, int maxConnections, double acceptRate, List<Pause> pauses) {
    static final ServerPlan PLAIN = new ServerPlan(false, Integer.MAX_VALUE, 0, List.of());
    private static final double SECOND = 1e9;

    /** A time, counted from listen(), and how long it lasts, ns: a garbage collection, a reload, a busy event loop. */
    public record Pause(long at, long length) {}

    public ServerPlan withAcceptor(boolean apart) {
        return new ServerPlan(apart, maxConnections, acceptRate, pauses);
    }

    /** Who counts open connections is an acceptor. */
    public ServerPlan withMaxConnections(int most) {
        return new ServerPlan(true, most, acceptRate, pauses);
    }

    public ServerPlan withAcceptRate(double rate) {
        return new ServerPlan(acceptor, maxConnections, rate, pauses);
    }

    public ServerPlan withPauses(List<Pause> all) {
        return new ServerPlan(acceptor, maxConnections, acceptRate, List.copyOf(all));
    }

    ServerPlan withPause(long at, long length) {
        List<Pause> all = new ArrayList<>(pauses);
        all.add(new Pause(at, length));
        return withPauses(all);
    }

    /** The end of the pause that is under way; or a time that is not in the future. */
    long pausedUntil(long now) {
        long until = now;
        for (Pause pause : pauses) {
            if (pause.at() <= until && until < pause.at() + pause.length()) {
                until = pause.at() + pause.length();
            }
        }
        return until;
    }

    Acceptance acceptance() {
        return new Acceptance(acceptor, maxConnections, acceptRate == 0 ? 0 : (long) (SECOND / acceptRate));
    }
}
