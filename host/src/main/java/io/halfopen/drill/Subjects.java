package io.halfopen.drill;

import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whose packet is it? packetdrill has one socket under test: the one that was made last, and once a packet was injected
 * for a listener its child. Packets with ports belong to whoever has them, beside that.
 */
final class Subjects {
    /** Where the ports of peers begin that the script gives no port. */
    private static final int FIRST_PORT = 50001;

    private final IpAddress remote;
    private final int bindPort;
    private final List<Subject> all = new ArrayList<>();
    private @Nullable Subject current;
    private int nextPort = FIRST_PORT;

    Subjects(Settings settings) {
        remote = settings.remote();
        bindPort = settings.bindPort();
    }

    @Nullable
    Subject current() {
        return current;
    }

    /** socket() was called: packets are about it from now on. */
    Subject open(int scriptFd) {
        Subject subject = add(new Subject());
        subject.scriptFd = scriptFd;
        subject.localPort = bindPort;
        current = subject;
        return subject;
    }

    @Nullable
    Subject ofFd(int scriptFd) {
        return all.stream()
                .filter(subject -> subject.scriptFd == scriptFd)
                .findFirst()
                .orElse(null);
    }

    /** Whose a packet is that was sent; null if it is of nobody that the script has spoken of. */
    @Nullable
    Subject of(Sent sent) {
        return all.stream().filter(subject -> subject.has(sent)).findFirst().orElse(null);
    }

    void accepted(int scriptFd, IpAddress address, int port) {
        for (Subject subject : all) {
            if (subject.isPeer(address, port)) {
                subject.scriptFd = scriptFd;
                return;
            }
        }
    }

    void closed(int scriptFd) {
        Subject subject = ofFd(scriptFd);
        if (subject != null) {
            subject.scriptFd = -1;
        }
    }

    void connecting(int scriptFd, IpAddress address, int port) {
        Subject subject = ofFd(scriptFd);
        if (subject != null && subject.state == Subject.State.NEW) {
            subject.state = Subject.State.CONNECTING;
            subject.remote = address;
            subject.remotePort = port;
        }
    }

    Subject forInbound(@Nullable Endpoints endpoints) {
        if (endpoints != null) {
            return named(endpoints);
        }
        Subject subject = current;
        if (subject == null || subject.state == Subject.State.LISTENING) {
            subject = arrived(remote, nextPort++, subject == null ? bindPort : subject.localPort);
            current = subject;
        }
        return subject;
    }

    private Subject named(Endpoints endpoints) {
        IpAddress address = Objects.requireNonNullElse(endpoints.remote(), remote);
        for (Subject each : all) {
            if (each.isPeer(address, endpoints.remotePort()) && each.localPort == endpoints.localPort()) {
                return each;
            }
        }
        return arrived(address, endpoints.remotePort(), endpoints.localPort());
    }

    private Subject arrived(IpAddress address, int port, int localPort) {
        Subject subject = add(new Subject());
        subject.state = Subject.State.ARRIVED;
        subject.remote = address;
        subject.remotePort = port;
        subject.localPort = localPort;
        return subject;
    }

    private Subject add(Subject subject) {
        all.add(subject);
        return subject;
    }

    /** Null if the script has said nothing yet that such a packet could be about. */
    @Nullable
    Subject forOutbound(@Nullable Endpoints endpoints) {
        return endpoints == null ? current : named(endpoints);
    }

    /**
     * connect() has chosen a port, 0 where it has not: that tells whose a SYN is, where several sockets connect to one
     * address and some of them send nothing yet.
     */
    void connects(int scriptFd, int localPort) {
        Subject subject = ofFd(scriptFd);
        if (subject != null && subject.state == Subject.State.CONNECTING && localPort != 0) {
            subject.localPort = localPort;
        }
    }
}
