package io.halfopen.app.lab;

import io.halfopen.linux.Errno;
import io.halfopen.sim.Host;
import io.halfopen.sim.World;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** The articles' server: listen(), wait, then a few workers that accept, read, answer, sleep and close. */
final class LabServer {
    private final Scenario scenario;
    private final World world;
    private final Host host;
    private final Recorder recorder;
    private final byte[] buffer = new byte[4096];
    private int listener = -1;
    private boolean accepting;
    private boolean looping;
    private int busy;
    private int accepted;

    LabServer(Scenario scenario, World world, Host host, Recorder recorder) {
        this.scenario = scenario;
        this.world = world;
        this.host = host;
        this.recorder = recorder;
    }

    int listener() {
        return listener;
    }

    int accepted() {
        return accepted;
    }

    void start() {
        listener = host.socket(Stack.AF_INET);
        must(host.bind(listener, IpAddress.ANY_V4, scenario.port()));
        must(host.listen(listener, scenario.backlog()));
        long holds =
                scenario.kernel().acceptQueueHolds(host.stack().queues(listener).effectiveBacklog());
        recorder.tell(0, 0, "listen(" + scenario.backlog() + "): the accept queue holds " + holds);
        host.watch(listener, events -> acceptAll());
        if (scenario.acceptAfter() != Scenario.NEVER) {
            world.at(scenario.acceptAfter(), () -> {
                accepting = true;
                acceptAll();
            });
        }
    }

    private static void must(int result) {
        if (result < 0) {
            throw new IllegalStateException("the server cannot start: " + Errno.name(result));
        }
    }

    /** As long as there are a free worker and a connection. */
    private void acceptAll() {
        if (looping) {
            return;
        }
        looping = true;
        while (accepting && busy < scenario.workers()) {
            int fd = host.accept(listener);
            if (fd < 0) {
                break;
            }
            busy++;
            accepted++;
            new Worker(fd).start();
        }
        looping = false;
    }

    /** One connection from accept() to close(). */
    private final class Worker implements Host.ReadyListener {
        private final int fd;
        private boolean answered;

        Worker(int fd) {
            this.fd = fd;
        }

        void start() {
            SocketRow row = host.stack().row(fd);
            @Nullable LabClient client = recorder.clientAt(row.remoteAddress(), row.remotePort());
            if (client != null) {
                client.accepted();
                recorder.tell(world.now(), client.id(), "accept()ed by the server");
            }
            host.watch(fd, this);
            onReady(0);
        }

        @Override
        public void onReady(int events) {
            if (answered) {
                return;
            }
            int count = scenario.send() == 0 ? 0 : host.read(fd, buffer, 0, buffer.length);
            if (count == -Errno.EAGAIN) {
                return;
            }
            answered = true;
            if (count >= 0) {
                scenario.answer().forEach(length -> host.write(fd, new byte[length], 0, length));
            }
            if (scenario.service() == 0) {
                close();
            } else {
                world.after(scenario.service(), this::close);
            }
        }

        private void close() {
            host.close(fd);
            busy--;
            acceptAll();
        }
    }
}
