package io.halfopen.tcp.handshake;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Poll;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.socket.AcceptQueue.Entry;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.ListenerGroup;
import io.halfopen.tcp.transmit.Transmission;
import org.jspecify.annotations.Nullable;

/**
 * What a listener leaves behind when it is closed or shut down. Its queued connections are reset and its half-opens left
 * to find out, unless tcp_migrate_req is on and its SO_REUSEPORT group has another member.
 */
public final class Migration {
    private final Core core;
    private final Transmission transmission;
    private final Dormancy dormancy;

    public Migration(Core core, Transmission transmission, Dormancy dormancy) {
        this.core = core;
        this.transmission = transmission;
        this.dormancy = dormancy;
    }

    /** A listener takes no more SYNs; whoever is in its accept queue is told (inet_csk_listen_stop). */
    public void stop(Listener listener) {
        listener.close();
        core.ports.of(listener.socket.localPort).remove(listener);
        if (!core.sysctls.isOn(Sysctl.tcp_migrate_req)) {
            listener.group = null;
        }
        for (Entry first = listener.acceptQueue.peek(); first != null; first = listener.acceptQueue.peek()) {
            Connection queued = dormancy.wake(first);
            listener.acceptQueue.poll();
            leave(queued, listener.group);
        }
    }

    /** There is room for all in the other queue, however full it is, and even those go there that were reset. */
    private void leave(Connection queued, @Nullable ListenerGroup group) {
        Listener heir = group == null ? null : group.select(queued.hash);
        if (heir != null) {
            core.count(Rule.LISTENER_CLOSED_MIGRATED);
            queued.listener = heir;
            heir.acceptQueue.add(queued);
            core.ready.add(heir.socket, Poll.POLLIN);
            return;
        }
        queued.listener = null;
        Rule rule = group == null ? Rule.LISTENER_CLOSED : Rule.LISTENER_CLOSED_LAST;
        if (queued.state() == TcpState.CLOSE) {
            core.recycleIfForgotten(queued);
            return;
        }
        transmission.reset(queued, rule);
        core.close(queued, 0);
    }

    /** Who goes on with a half-open: its listener, or once that is closed another of its group, or nobody. */
    @Nullable
    public Listener heir(HalfOpen half) {
        if (!half.listener.isClosed()) {
            return half.listener;
        }
        ListenerGroup group = half.listener.group;
        return group == null ? null : group.select(half.hash);
    }

    /** A half-open without {@link #heir} is given up. */
    public void giveUp(HalfOpen half) {
        if (half.listener.group != null) {
            core.count(Counter.TCPMigrateReqFailure);
        }
    }
}
