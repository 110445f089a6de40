package io.halfopen.app.live;

import io.halfopen.lab.Times;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client of a server, as that one's interface saw it: from its first SYN on. Times are ns since the server began. */
final class Guest {
    static final String PENDING = "PENDING";
    static final String OK = "OK";
    private static final long NEVER = -1;

    final int id;
    final int isn;
    private final long calledAt;
    private final List<List<@Nullable Object>> packets = new ArrayList<>();
    private long connectedAt = NEVER;
    private long acceptedAt = NEVER;
    private long endedAt = NEVER;
    private String connect = PENDING;
    private String outcome = PENDING;
    private int syns;

    /** The server's first number, once it has sent one. */
    int serverIsn;

    Guest(int id, int isn, long now) {
        this.id = id;
        this.isn = isn;
        calledAt = now;
    }

    void add(List<@Nullable Object> packet) {
        packets.add(packet);
    }

    List<List<@Nullable Object>> packets() {
        return packets;
    }

    /** How often it has asked. */
    int askedAgain() {
        return ++syns;
    }

    /** It acknowledges the SYN-ACK: its connect() has returned. */
    void connected(long now) {
        if (connect.equals(PENDING)) {
            connect = OK;
            connectedAt = now;
        }
    }

    void accepted(long now) {
        connected(now);
        acceptedAt = now;
    }

    /** It has been told that it is not wanted, or has said so itself. */
    void ended(long now, String how) {
        if (connect.equals(PENDING)) {
            connect = how;
            connectedAt = now;
        }
        if (outcome.equals(PENDING)) {
            outcome = how;
            endedAt = now;
        }
    }

    boolean isConnected() {
        return connect.equals(OK);
    }

    /** By its first SYN. */
    boolean atOnce() {
        return isConnected() && syns == 1;
    }

    boolean isWaiting() {
        return connect.equals(PENDING);
    }

    boolean isAccepted() {
        return acceptedAt != NEVER;
    }

    String connect() {
        return connect;
    }

    /** ns since its first SYN. */
    long connectTook() {
        return connectedAt - calledAt;
    }

    long acceptTook() {
        return acceptedAt - calledAt;
    }

    /** For the page: its number, its first SYN, its handshake and what it came to, accept(), its end and when, its SYNs. */
    List<@Nullable Object> row() {
        List<@Nullable Object> row = new ArrayList<>();
        row.add(id);
        row.add(calledAt);
        row.add(known(connectedAt));
        row.add(connect);
        row.add(known(acceptedAt));
        row.add(outcome);
        row.add(known(endedAt));
        row.add(syns);
        return row;
    }

    private static @Nullable Long known(long time) {
        return time == NEVER ? null : (Long) time;
    }

    /** The same for people, as the lab reports it. */
    Map<String, @Nullable Object> report() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("id", id);
        all.put("connect", connect);
        all.put("connectMs", connectedAt == NEVER ? null : Times.millis(connectTook()));
        all.put("synSent", syns);
        all.put("accepted", isAccepted());
        all.put("acceptedMs", isAccepted() ? Times.millis(acceptTook()) : null);
        all.put("outcome", outcome);
        all.put("outcomeMs", endedAt == NEVER ? null : Times.millis(endedAt - calledAt));
        return all;
    }
}
