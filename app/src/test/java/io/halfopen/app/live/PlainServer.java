package io.halfopen.app.live;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;

/** A server on the kernel's TCP that does as little as {@code serve} does on the stack: one request, one short answer. */
final class PlainServer {
    private static final byte[] ANSWER =
            "HTTP/1.0 200 OK\r\nContent-Length: 13\r\n\r\nHello World!\n".getBytes(US_ASCII);
    private static final int LONGEST_REQUEST = 1000;

    private PlainServer() {}

    /** Arguments: port, backlog. */
    public static void main(String[] args) throws IOException {
        try (ServerSocket server = new ServerSocket(Integer.parseInt(args[0]), Integer.parseInt(args[1]))) {
            while (true) {
                answer(server.accept());
            }
        }
    }

    private static void answer(Socket guest) {
        try (guest) {
            int ignored = guest.getInputStream().read(new byte[LONGEST_REQUEST]);
            guest.getOutputStream().write(ANSWER);
        } catch (IOException gone) {
            // It has given up: the next one may not have.
        }
    }
}
