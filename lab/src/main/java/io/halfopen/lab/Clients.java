package io.halfopen.lab;

import io.halfopen.lab.server.Calls;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** All clients of an experiment: who starts when. */
public final class Clients {
    /** The outcome of a client whose process ended before anything came of it. */
    static final String LEFT = "CLOSED";

    /** Well below the 28,232 ports that connect() has to choose from: looking for a free one takes no time. */
    private static final int CLIENTS_PER_ADDRESS = 8_000;

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

    public void start() {
        ClientPlan plan = scenario.clientPlan();
        SplittableRandom lots = new SplittableRandom(scenario.seed());
        long time = scenario.start();
        for (int i = 0; i < scenario.clients(); i++) {
            LabClient client = add();
            if (i < plan.arrivals().size()) {
                time = scenario.start() + plan.arrivals().get(i);
            } else if (i > 0 && i % plan.burst() == 0) {
                time += plan.poisson() ? drawn(lots) : scenario.every();
            }
            if (!scenario.forked() || i % 3 == 0) {
                calls.after(time, () -> client.connect(server));
            }
        }
    }

    /** The time to the next of those who come independently of each other. */
    private long drawn(SplittableRandom lots) {
        return (long) (-StrictMath.log(1 - lots.nextDouble()) * scenario.every());
    }

    /** What a client does that tries again. */
    Runnable again(LabClient client) {
        return () -> client.connect(server);
    }

    /** Clients have no more ports than an address has: so many share one. */
    static int addresses(Scenario scenario) {
        return Math.max(1, (scenario.clients() + CLIENTS_PER_ADDRESS - 1) / CLIENTS_PER_ADDRESS);
    }

    /** The addresses of the clients, from the one that connect() takes by itself. */
    static IpAddress address(IpAddress first, int index) {
        return IpAddress.ofIpv4((int) first.low() + index);
    }

    /** Where a client is to be bound; null where connect() may choose. */
    @Nullable
    IpAddress sourceOf(int id) {
        int index = (id - 1) / CLIENTS_PER_ADDRESS % addresses(scenario);
        return index == 0 ? null : address(scenario.isLoopback() ? Run.LOOPBACK : Run.CLIENTS, index);
    }

    /** When each has called connect() for the first time, as a plan has it; as far as all before it have, too. */
    public List<Long> arrivals() {
        return all.stream()
                .limit(scenario.clients())
                .map(LabClient::calledAt)
                .takeWhile(time -> time != Scenario.NEVER)
                .map(time -> Math.max(0, time - scenario.start()))
                .toList();
    }

    int finished() {
        return finished;
    }

    int connected() {
        return connected;
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
