package io.halfopen.nio.channels;

import io.halfopen.linux.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;

/** The exceptions of the JDK for the errors of Linux, with the messages of strerror(3) that programs know. */
final class Errors {
    private Errors() {}

    /** As sun.nio.ch.Net has it, for socket, bind, listen, connect, accept and options. */
    static IOException ofCall(int errno) {
        String message = text(errno);
        return switch (Math.abs(errno)) {
            case Errno.ECONNREFUSED, Errno.ETIMEDOUT, Errno.ENOTCONN -> new ConnectException(message);
            case Errno.EHOSTUNREACH -> new NoRouteToHostException(message);
            case Errno.EADDRINUSE, Errno.EADDRNOTAVAIL, Errno.EACCES -> new BindException(message);
            default -> new SocketException(message);
        };
    }

    static IOException ofRead(int errno) {
        return Math.abs(errno) == Errno.ECONNRESET
                ? new SocketException("Connection reset")
                : new IOException(text(errno));
    }

    static IOException ofWrite(int errno) {
        return new IOException(text(errno));
    }

    static String text(int errno) {
        return switch (Math.abs(errno)) {
            case Errno.EACCES -> "Permission denied";
            case Errno.EINVAL -> "Invalid argument";
            case Errno.EMFILE -> "Too many open files";
            case Errno.EPIPE -> "Broken pipe";
            case Errno.EHOSTDOWN -> "Host is down";
            case Errno.ENONET -> "the network is closed that this socket belongs to";
            case Errno.ENOPROTOOPT -> "Protocol not available";
            case Errno.EAFNOSUPPORT -> "Address family not supported by protocol";
            case Errno.EADDRINUSE -> "Address already in use";
            case Errno.EADDRNOTAVAIL -> "Cannot assign requested address";
            case Errno.ENETUNREACH -> "Network is unreachable";
            case Errno.ECONNABORTED -> "Software caused connection abort";
            case Errno.ECONNRESET -> "Connection reset by peer";
            case Errno.ENOBUFS -> "No buffer space available";
            case Errno.ENOTCONN -> "Transport endpoint is not connected";
            case Errno.ETIMEDOUT -> "Connection timed out";
            case Errno.ECONNREFUSED -> "Connection refused";
            case Errno.EHOSTUNREACH -> "No route to host";
            default -> Errno.name(errno);
        };
    }
}
