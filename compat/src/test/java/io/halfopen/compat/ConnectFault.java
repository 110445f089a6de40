package io.halfopen.compat;

import static io.halfopen.nio.PacketKind.DATA;
import static io.halfopen.nio.PacketKind.SYN;
import static io.halfopen.nio.PacketKind.SYN_ACK;

import io.halfopen.nio.Network;
import io.halfopen.nio.Unreachable;

/** What can go wrong between a client and the host {@code server}, port 8080, and is told to the client or is not. */
enum ConnectFault {
    SYN_DROPPED("the SYN is lost", false) {
        @Override
        void set(Network net) {
            net.host("server").listen(8080).accepts();
            net.on(SYN).to("server").drop();
        }
    },
    SYN_ACK_DROPPED("the SYN-ACK is lost", false) {
        @Override
        void set(Network net) {
            net.host("server").listen(8080).accepts();
            net.on(SYN_ACK).from("server").drop();
        }
    },
    QUEUE_FULL("the accept queue is full", false) {
        @Override
        void set(Network net) {
            net.host("server").listen(8080).backlog(0).neverAccepts().full();
        }
    },
    PORT_CLOSED("nobody listens: RST", true) {
        @Override
        void set(Network net) {
            net.host("server");
        }
    },
    MIDDLEBOX("a middlebox resets the SYN", true) {
        @Override
        void set(Network net) {
            net.host("server").listen(8080).accepts();
            net.on(SYN).to("server").reset();
        }
    },
    HOST_UNREACHABLE("ICMP: host unreachable", true) {
        @Override
        void set(Network net) {
            reject(net, Unreachable.HOST);
        }
    },
    NETWORK_UNREACHABLE("ICMP: network unreachable", true) {
        @Override
        void set(Network net) {
            reject(net, Unreachable.NETWORK);
        }
    },
    PORT_UNREACHABLE("ICMP: port unreachable", true) {
        @Override
        void set(Network net) {
            reject(net, Unreachable.PORT);
        }
    },
    PROHIBITED("ICMP: prohibited", true) {
        @Override
        void set(Network net) {
            reject(net, Unreachable.PROHIBITED);
        }
    },
    RESET_AFTER_ACCEPT("accepted, then reset", true) {
        @Override
        void set(Network net) {
            net.host("server").listen(8080).resets();
        }
    },
    NO_ANSWER("connected, never answered", false) {
        @Override
        void set(Network net) {
            net.host("server").listen(8080).accepts();
        }
    },
    DATA_DROPPED("connected, the request is lost", false) {
        @Override
        void set(Network net) {
            net.host("server").listen(8080).accepts();
            net.on(DATA).to("server").drop();
        }
    };

    private final String sentence;
    private final boolean told;

    ConnectFault(String sentence, boolean told) {
        this.sentence = sentence;
        this.told = told;
    }

    abstract void set(Network net);

    private static void reject(Network net, Unreachable why) {
        net.host("server").listen(8080).accepts();
        net.on(SYN).to("server").reject(why);
    }

    String sentence() {
        return sentence;
    }

    /** Whether the client hears of it; else it has to give up by itself. */
    boolean isTold() {
        return told;
    }
}
