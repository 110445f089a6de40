package io.halfopen.app.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A program of the JDK's own classes, which knows nothing of Halfopen: in a jar of its own it is run on the stack. */
final class OrdinaryProgram {
    static final int EXIT_CODE = 7;
    static final int WRITTEN = 300_000;

    private OrdinaryProgram() {}

    /** {@code serve}, or {@code write} to port 9000 of the kernel's end. */
    public static void main(String[] arguments) throws Exception {
        InetSocketAddress kernel = new InetSocketAddress("10.9.0.1", 9000);
        if (arguments[0].equals("serve")) {
            serve(kernel);
        } else {
            write(kernel);
        }
    }

    private static void serve(InetSocketAddress kernel) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        server.createContext("/", exchange -> answer(exchange, "hello"));
        server.createContext("/ask", exchange -> answer(exchange, ask(kernel)));
        server.createContext("/itself", exchange -> answer(exchange, ask(loopback())));
        server.start();
        ServerSocket patient = new ServerSocket(8081);
        System.out.println("listening");
        while (true) {
            Socket guest = patient.accept();
            OutputStream out = guest.getOutputStream();
            out.write("welcome\n".getBytes(UTF_8));
            // A graceful end, as servers have it: a hook of the program that still talks to its guests.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> sayGoodbye(out)));
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 8081);
    }

    private static void sayGoodbye(OutputStream out) {
        try {
            Thread.sleep(300);
            out.write("goodbye\n".getBytes(UTF_8));
        } catch (IOException | InterruptedException failed) {
            System.out.println(failed);
        }
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] body = (text + "\n").getBytes(UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static String ask(InetSocketAddress server) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(server, 5000);
            socket.getOutputStream().write("who?\n".getBytes(UTF_8));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
        }
    }

    /** Nobody closes the socket, and what it has to send is far more than fits on the wire. */
    private static void write(InetSocketAddress server) throws IOException {
        Socket socket = new Socket();
        socket.connect(server, 5000);
        socket.getOutputStream().write(new byte[WRITTEN]);
        System.exit(EXIT_CODE);
    }

    /** This program in a jar. */
    static Path jar(Path folder) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, OrdinaryProgram.class.getName());
        String entry = OrdinaryProgram.class.getName().replace('.', '/') + ".class";
        Path jar = folder.resolve("server.jar");
        try (var in = OrdinaryProgram.class.getClassLoader().getResourceAsStream(entry);
                JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.putNextEntry(new JarEntry(entry));
            if (in != null) {
                in.transferTo(out);
            }
        }
        return jar;
    }
}
