package io.halfopen.app.simulate;

import io.halfopen.linux.Counter;
import io.halfopen.sim.Host;
import io.halfopen.sim.World;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** One connection of a plan, from both sides: what one writes the other must read, once and in order. */
final class Conversation {
    private static final int COOKIE_SIZES = 4;

    private final Simulation simulation;
    private final Plan.Dialog dialog;
    private final int number;
    final End caller;
    private final World world;
    private @Nullable End answerer;
    private boolean excused;
    private boolean slipped;
    private boolean registered;

    Conversation(Simulation simulation, World world, Host client, Plan.Dialog dialog, int number) {
        this.simulation = simulation;
        this.world = world;
        this.dialog = dialog;
        this.number = number;
        caller = new End(world, client, dialog.caller(), 2L * number, 2L * number + 1, this);
    }

    void start(IpAddress address, int port) {
        if (world.now() < caller.host().pausedUntil()) {
            world.at(caller.host().pausedUntil(), () -> start(address, port));
            return;
        }
        caller.call(address.isIpv4() ? Stack.AF_INET : Stack.AF_INET6, address, port);
    }

    /** The caller's address and port are known from the moment it connects, or writes for the first time. */
    void register(End end) {
        if (end != caller || registered || end.isOver()) {
            return;
        }
        SocketRow row = caller.host().stack().row(caller.fd());
        if (row.localPort() != 0) {
            registered = true;
            simulation.register(this, row);
        }
    }

    /** The service accepted it. */
    void answer(Host server, int fd) {
        End end = new End(world, server, dialog.answerer(), 2L * number + 1, 2L * number, this);
        answerer = end;
        end.answer(fd);
    }

    @Nullable
    End answerer() {
        return answerer;
    }

    Plan.Dialog dialog() {
        return dialog;
    }

    /** A host lost power: if it was one of its own while it was alive, that explains whatever comes. */
    void onPowerLoss(Host host) {
        boolean mine = caller.host() == host || simulation.isAt(dialog.service(), host);
        boolean alive = caller.fd() >= 0 && !isOver();
        excused |= mine && alive;
        End other = answerer;
        if (caller.host() == host && caller.fd() >= 0) {
            caller.die();
        }
        if (other != null && other.host() == host) {
            other.die();
        }
        simulation.onEnd();
    }

    boolean isExcused() {
        return excused || slipped;
    }

    boolean isOver() {
        End other = answerer;
        return caller.isOver() && (other == null || other.isOver());
    }

    private @Nullable End partner(End end) {
        return end == caller ? answerer : caller;
    }

    void onRead(End end) {
        End partner = partner(end);
        if (partner == null || end.received() > partner.offered()) {
            fail("more was read than was written");
        }
    }

    void onEndOfFile(End end) {
        End partner = partner(end);
        if (partner == null) {
            fail("the end of what nobody has accepted");
        } else if (end.received() != partner.written()
                && !slips(end, partner.written() - end.received() < COOKIE_SIZES)) {
            fail("the end was read after " + end.received() + " of " + partner.written() + " octets");
        }
    }

    /**
     * Its numbers have made a second connection, which its service closes: a SYN with data may do that when it comes
     * twice (RFC 7413, section 2), and so may a SYN cookie once the first connection is gone, in Linux as here.
     */
    void onGhost(Host server) {
        Stack stack = server.stack();
        boolean known = stack.counter(Counter.SyncookiesRecv) > 0 || stack.counter(Counter.TCPFastOpenPassive) > 0;
        slipped |= known;
        if (!known && !excused) {
            fail("it was accepted twice");
        }
    }

    /** What was read is not what was written. */
    void onOtherText(End end, long position) {
        if (!slips(end, position == 0)) {
            fail("octet " + position + " is not what was written");
        }
    }

    /**
     * A SYN cookie holds the number of the SYN and one of four segment sizes in their sum, so that the cookie of a
     * segment with the second, third or fourth octet is good as well; if the first one is lost, its octets are, in
     * Linux as here.
     */
    private boolean slips(End end, boolean possible) {
        boolean cookies = end.host().stack().counter(Counter.SyncookiesRecv) > 0;
        slipped |= possible && end == answerer && cookies;
        return slipped;
    }

    /** The same with so few octets that the FIN is left out, too: who reads waits for it in vain. */
    boolean isFinLeftOut() {
        End reader = answerer;
        return reader != null
                && reader.host().stack().counter(Counter.SyncookiesRecv) > 0
                && reader.received() == 0
                && caller.written() < COOKIE_SIZES;
    }

    /** What overtook the ACK with the cookie, a FIN for one, was taken for that, was none, and was answered with RST. */
    boolean isCookieRefused() {
        End reader = answerer;
        return reader != null && reader.host().stack().counter(Counter.SyncookiesFailed) > 0;
    }

    void onEnd(End end) {
        simulation.onEnd();
    }

    void fail(String what) {
        simulation.fail(what + " (connection " + (number + 1) + ")");
    }

    int number() {
        return number;
    }
}
