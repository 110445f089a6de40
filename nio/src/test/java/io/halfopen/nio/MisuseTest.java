package io.halfopen.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** JVMs that do not use the network, in which one is opened: the exception says what to do. */
@Timeout(120)
class MisuseTest {
    /** Another one than ours, which does nothing. */
    public static final class OtherProvider extends SelectorProvider {
        @Override
        public DatagramChannel openDatagramChannel() {
            throw new UnsupportedOperationException();
        }

        @Override
        public DatagramChannel openDatagramChannel(java.net.ProtocolFamily family) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Pipe openPipe() {
            throw new UnsupportedOperationException();
        }

        @Override
        public AbstractSelector openSelector() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocketChannel openServerSocketChannel() {
            throw new UnsupportedOperationException();
        }

        @Override
        public SocketChannel openSocketChannel() {
            throw new UnsupportedOperationException();
        }
    }

    /** A program that opens a network; with an argument it has a factory for sockets before. */
    static final class Program {
        private Program() {}

        @SuppressWarnings("deprecation") // that is what this is about
        public static void main(String[] arguments) throws IOException {
            if (arguments.length > 0) {
                Socket.setSocketImplFactory(() -> {
                    throw new UnsupportedOperationException();
                });
            }
            try (Network network = Network.open()) {
                System.out.println("opened " + network.host("payments").name());
            } catch (IllegalStateException refused) {
                System.out.println(refused.getMessage());
            }
        }
    }

    private static String output(List<String> options, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output.strip();
    }

    private static final String OTHER = "-Djava.nio.channels.spi.SelectorProvider=" + OtherProvider.class.getName();

    @Test
    void anotherProviderOfTheJvmIsToldWithTheRemedy() throws Exception {
        assertThat(output(List.of(OTHER)))
                .startsWith("the JVM's SelectorProvider is io.halfopen.nio.MisuseTest$OtherProvider")
                .contains("-Djava.nio.channels.spi.SelectorProvider="
                        + "io.halfopen.nio.channels.HalfopenSelectorProvider")
                .hasLineCount(1);
    }

    @Test
    void soIsAnotherFactoryOfSockets() throws Exception {
        assertThat(output(List.of(), "factory"))
                .startsWith("java.net.Socket has a factory already")
                .hasLineCount(1);
    }

    @Test
    void whoMeansItSaysSo() throws Exception {
        assertThat(output(List.of(OTHER, "-Dhalfopen.partial=true"))).isEqualTo("opened payments");
    }
}
