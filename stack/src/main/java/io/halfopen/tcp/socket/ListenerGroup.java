package io.halfopen.tcp.socket;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Listeners that share an address and a port by SO_REUSEPORT. Each 4-tuple has one of them, by its keyed hash, for as
 * long as the group is the same. Linux takes another hash, so the choice is as even but not the same one.
 */
public final class ListenerGroup {
    private Listener[] members = new Listener[2];
    private int size;

    void add(Listener listener) {
        if (size == members.length) {
            members = Arrays.copyOf(members, 2 * size);
        }
        members[size++] = listener;
        listener.group = this;
    }

    /** The last one takes its place (reuseport_detach_sock). */
    void remove(Listener listener) {
        for (int i = 0; i < size; i++) {
            if (members[i] == listener) {
                members[i] = members[--size];
            }
        }
    }

    /** The member for a tuple of this hash; none if all have left. */
    @Nullable
    public Listener select(int hash) {
        return size == 0 ? null : members[(int) ((hash & 0xffff_ffffL) * size >>> 32)];
    }

    boolean isFor(Socket socket) {
        return size > 0 && members[0].socket.hasNameOf(socket);
    }
}
