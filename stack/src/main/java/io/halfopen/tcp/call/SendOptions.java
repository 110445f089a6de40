package io.halfopen.tcp.call;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.SendBuffers;
import io.halfopen.tcp.transmit.SendPolicy;
import io.halfopen.tcp.transmit.Transmission;

/** The options of the sending half; each of them may let something go, or somebody write, at once. */
final class SendOptions {
    private static final int LEAST_SEND_BUFFER = 4608;

    private final Core core;
    private final Transmission transmission;

    SendOptions(Core core, Transmission transmission) {
        this.core = core;
        this.transmission = transmission;
    }

    int set(Socket socket, SocketOption option, int value) {
        switch (option) {
            case TCP_NODELAY -> {
                SendPolicy.setNoDelay(socket, value != 0);
                push(socket, value != 0);
            }
            case TCP_CORK -> {
                SendPolicy.setCork(socket, value != 0);
                push(socket, value == 0);
            }
            case TCP_NOTSENT_LOWAT -> {
                socket.change().notSentLowat = value;
                tellWriter(socket);
            }
            case SO_SNDBUF -> {
                socket.change().sendBuffer =
                        Options.doubled(value, core.sysctls.get(Sysctl.wmem_max), LEAST_SEND_BUFFER);
                if (socket.connection != null) {
                    socket.connection.sender.sendBuffer = socket.options.sendBuffer;
                }
                tellWriter(socket);
            }
            default -> throw new IllegalArgumentException("no option of the sending half: " + option);
        }
        return 0;
    }

    /** TCP_CONGESTION: a connection starts anew with another algorithm, and keeps its window. */
    int setCongestionControl(Socket socket, String name) {
        if (name.isEmpty()) {
            return -Errno.EINVAL;
        }
        CongestionAlgorithm named = CongestionAlgorithm.named(name);
        if (named == null) {
            return -Errno.ENOENT;
        }
        socket.change().congestion = named;
        socket.change().congestionChosen = true;
        Connection c = socket.connection;
        if (c != null && c.sender.control.algorithm() != named) {
            core.controls.change(c.sender, named, !c.isOpening() && c.state() != TcpState.CLOSE);
        }
        return 0;
    }

    private void push(Socket socket, boolean wanted) {
        Connection c = socket.connection;
        if (wanted && c != null && c.state().canSend() && c.sender.pending() > 0) {
            transmission.push(c, Rule.DATA_SENT);
            c.arm();
        }
    }

    private void tellWriter(Socket socket) {
        if (socket.connection != null && socket.connection.state().canSend()) {
            SendBuffers.tellOfSpace(core, socket.connection);
        }
    }

    int get(Socket socket, SocketOption option) {
        return switch (option) {
            case TCP_NODELAY -> (socket.nagle & SendPolicy.OFF) == 0 ? 0 : 1;
            case TCP_CORK -> (socket.nagle & SendPolicy.CORK) == 0 ? 0 : 1;
            case TCP_NOTSENT_LOWAT -> socket.options.notSentLowat;
            case SO_SNDBUF -> sendBuffer(socket);
            default -> throw new IllegalArgumentException("no option of the sending half: " + option);
        };
    }

    private int sendBuffer(Socket socket) {
        if (socket.options.sendBuffer > 0) {
            return socket.options.sendBuffer;
        }
        Connection c = socket.connection;
        boolean established = c != null && c.state() != TcpState.SYN_SENT && c.sender.sendBuffer > 0;
        return c != null && established ? c.sender.sendBuffer : core.sysctls.get(Sysctl.tcp_wmem, 1);
    }
}
