package io.halfopen.tcp;

import io.halfopen.tcp.socket.AcceptQueue;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.SynQueue;

/**
 * A listener's queues at one moment.
 *
 * @param backlog what listen() was called with
 * @param effectiveBacklog B: min(backlog, somaxconn), unsigned; each queue holds one more
 * @param acceptQueue finished connections that wait for accept()
 * @param acceptQueuePeak the most there have been
 * @param synQueue handshakes under way
 * @param young those of them whose timer has not fired yet
 * @param synQueuePeak the most there have been
 */
public record ListenQueues(
        int backlog,
        int effectiveBacklog,
        int acceptQueue,
        int acceptQueuePeak,
        int synQueue,
        int young,
        int synQueuePeak) {

    static ListenQueues of(Listener listener) {
        AcceptQueue accept = listener.acceptQueue;
        SynQueue syn = listener.synQueue;
        return new ListenQueues(
                listener.backlog(),
                listener.effectiveBacklog(),
                accept.length(),
                accept.peak(),
                syn.length(),
                syn.young(),
                syn.peak());
    }
}
