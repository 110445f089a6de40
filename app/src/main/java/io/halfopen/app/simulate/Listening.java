package io.halfopen.app.simulate;

import io.halfopen.sim.Host;
import io.halfopen.sim.World;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;

/** A service: it listens and accepts, slowly if the plan says so. */
final class Listening {
    private final World world;
    private final Host host;
    private final Plan.Service service;
    private final Simulation simulation;
    private int fd = -1;
    private int openings;
    private boolean waiting;

    Listening(World world, Host host, Plan.Service service, Simulation simulation) {
        this.world = world;
        this.host = host;
        this.service = service;
        this.simulation = simulation;
    }

    Host host() {
        return host;
    }

    void open() {
        openings++;
        waiting = false;
        fd = host.socket(service.ipv6() ? Stack.AF_INET6 : Stack.AF_INET);
        End.setOptions(host, fd, service.options());
        IpAddress any = service.ipv6() ? IpAddress.ANY_V6 : IpAddress.ANY_V4;
        if (host.bind(fd, any, service.port()) != 0 || host.listen(fd, service.backlog()) != 0) {
            simulation.fail("a service cannot listen");
        }
        host.watch(fd, events -> acceptAll());
    }

    void close() {
        host.close(fd);
        fd = -1;
    }

    private void acceptAll() {
        while (fd >= 0 && !waiting) {
            int accepted = host.accept(fd);
            if (accepted < 0) {
                return;
            }
            if (service.acceptEvery() > 0) {
                rest(service.acceptEvery());
            }
            simulation.accepted(host, accepted);
        }
    }

    private void rest(long time) {
        waiting = true;
        int opening = openings;
        world.after(time, () -> wake(opening));
    }

    private void wake(int opening) {
        if (opening != openings) {
            return;
        }
        long pause = host.pausedUntil() - world.now();
        if (pause > 0) {
            world.after(pause, () -> wake(opening));
            return;
        }
        waiting = false;
        acceptAll();
    }
}
