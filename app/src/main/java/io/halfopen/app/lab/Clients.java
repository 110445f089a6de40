package io.halfopen.app.lab;

import io.halfopen.app.server.Calls;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;

/** All clients of an experiment: who starts when. */
final class Clients {
    /** The outcome of a client whose process ended before anything came of it. */
    static final String LEFT = "CLOSED";

    private final Scenario scenario;
    private final Calls calls;
    private final IpAddress server;
    private final Recorder recorder;
    private final List<LabClient> all = new ArrayList<>();
    private int connected;
    private int finished;

    Clients(Scenario scenario, Calls calls, IpAddress server, Recorder recorder) {
        this.scenario = scenario;
        this.calls = calls;
        this.server = server;
        this.recorder = recorder;
    }

    List<LabClient> all() {
        return all;
    }

    void start() {
        for (int i = 0; i < scenario.clients(); i++) {
            LabClient client = add();
            if (!scenario.forked() || i % 3 == 0) {
                calls.after(scenario.start() + i * scenario.every(), () -> client.connect(server));
            }
        }
    }

    private LabClient add() {
        LabClient client = new LabClient(all.size() + 1, scenario, calls, recorder, this);
        all.add(client);
        return client;
    }

    /** connect() has returned 0. The article's process forks now: it and its child connect again. */
    void connected(LabClient client) {
        connected++;
        int index = client.id() - 1;
        if (scenario.forked() && index % 3 == 0) {
            for (int i = index + 1; i <= index + 2 && i < all.size(); i++) {
                LabClient next = all.get(i);
                calls.after(0, () -> next.connect(server));
            }
        }
    }

    /** ab opens another connection for one that is done, until as many as it wants have connected; then it waits. */
    void finished(LabClient client) {
        finished++;
        if (!scenario.replace()) {
            return;
        }
        if (finished == scenario.clients()) {
            List.copyOf(all).stream().filter(LabClient::isOpen).forEach(LabClient::leave);
        } else if (finished < scenario.clients() && connected < scenario.clients()) {
            LabClient next = add();
            calls.after(0, () -> next.connect(server));
        }
    }
}
