package io.halfopen.lab.server;

/**
 * How a server comes by its connections.
 *
 * @param apart a program that does nothing else calls accept(), and workers take over from it when there is a request
 * @param mostOpen how many connections it lets be open at a time
 * @param interval the least time between two accept() calls, ns
 */
public record Acceptance(boolean apart, int mostOpen, long interval) {
    /** Each worker accepts by itself, whenever it is free. */
    public static final Acceptance BY_WORKERS = new Acceptance(false, Integer.MAX_VALUE, 0);
}
