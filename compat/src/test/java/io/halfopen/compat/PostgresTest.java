package io.halfopen.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.halfopen.linux.Rule;
import io.halfopen.nio.Network;
import io.netty.channel.ConnectTimeoutException;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.R2dbcException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/**
 * PostgreSQL's JDBC driver, on java.net.Socket, and its R2DBC driver, on Netty: to a real server on the real localhost while a network is open, and to a
 * host of the network.
 */
@Timeout(300)
class PostgresTest {
    private static final int REQUESTS = Integer.getInteger("halfopen.requests", 100);

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private static Path folder = Path.of("");

    private static @Nullable RealServer server;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> postgres = RealServer.program("postgres");
        assumeTrue(postgres.isPresent(), "no PostgreSQL");
        Path programs = Objects.requireNonNull(postgres.get().getParent());
        boolean root = "root".equals(System.getProperty("user.name"));
        List<String> user =
                root ? List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups") : List.of();
        Path data = Files.createDirectory(folder.resolve("data"));
        if (root) {
            RealServer.run(folder, "chmod", "755", folder.toString());
            RealServer.run(folder, "chown", "postgres", data.toString());
        }
        RealServer.run(
                folder,
                command(user, programs.resolve("initdb"), "-D", data, "-A", "trust", "-U", "test", "--no-sync"));
        int port = RealServer.freePort();
        server = RealServer.start(
                port,
                folder,
                "ready to accept connections",
                command(
                        user,
                        programs.resolve("postgres"),
                        "-D",
                        data,
                        "-k",
                        data,
                        "-h",
                        "127.0.0.1",
                        "-p",
                        port,
                        "-c",
                        "lc_messages=C"));
    }

    private static String[] command(List<String> user, Object... words) {
        List<String> command = new ArrayList<>(user);
        for (Object word : words) {
            command.add(word.toString());
        }
        return command.toArray(String[]::new);
    }

    @AfterAll
    static void stop() {
        RealServer running = server;
        if (running != null) {
            running.close();
        }
    }

    private static Connection connect(String host, int port) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + host + ":" + port + "/postgres?user=test&connectTimeout=1");
    }

    private static int port() {
        return Objects.requireNonNull(server).port();
    }

    @Test
    void aRealServerIsReachedWhileANetworkIsOpen() throws Exception {
        try (Network net = Network.open();
                Connection connection = connect("127.0.0.1", port());
                PreparedStatement select = connection.prepareStatement("select ?::bytea")) {
            for (int number = 0; number < REQUESTS; number++) {
                int size = Bodies.size(number);
                select.setBytes(1, Bodies.of(size));
                try (ResultSet row = select.executeQuery()) {
                    assertThat(row.next()).isTrue();
                    assertThat(Bodies.isRight(row.getBytes(1), size)).isTrue();
                }
            }
            assertThat(net.story()).isEmpty();
        }
    }

    @Test
    void aFullAcceptQueueIsAConnectTimeout() {
        try (Network net = Network.open()) {
            net.host("db").listen(5432).backlog(0).neverAccepts().full();
            assertThatThrownBy(() -> connect("db", 5432))
                    .isInstanceOf(SQLException.class)
                    .hasRootCauseInstanceOf(SocketTimeoutException.class);
            assertThat(net.drops()).isNotEmpty().containsOnly(Rule.ACCEPT_QUEUE_FULL);
        }
    }

    private static PostgresqlConnection connectReactively(String host, int port) {
        ConnectionFactoryOptions options = ConnectionFactoryOptions.builder()
                .option(ConnectionFactoryOptions.DRIVER, "postgresql")
                .option(ConnectionFactoryOptions.HOST, host)
                .option(ConnectionFactoryOptions.PORT, port)
                .option(ConnectionFactoryOptions.USER, "test")
                .option(ConnectionFactoryOptions.DATABASE, "postgres")
                .option(ConnectionFactoryOptions.CONNECT_TIMEOUT, Duration.ofSeconds(1))
                .build();
        return Objects.requireNonNull((PostgresqlConnection)
                Mono.from(ConnectionFactories.get(options).create()).block(PATIENCE));
    }

    @Test
    void r2dbcReachesARealServerWhileANetworkIsOpen() {
        try (Network net = Network.open()) {
            PostgresqlConnection connection = connectReactively("127.0.0.1", port());
            for (int number = 0; number < REQUESTS; number++) {
                int size = Bodies.size(number);
                byte[] body = connection
                        .createStatement("select $1::bytea")
                        .bind("$1", ByteBuffer.wrap(Bodies.of(size)))
                        .execute()
                        .flatMap(result -> result.map((row, description) -> row.get(0, byte[].class)))
                        .blockLast(PATIENCE);
                assertThat(Bodies.isRight(Objects.requireNonNull(body), size)).isTrue();
            }
            connection.close().block(PATIENCE);
            assertThat(net.story()).isEmpty();
        }
    }

    /** An address and no name: Reactor Netty looks names up by datagrams of its own. */
    @Test
    void aFullAcceptQueueIsAConnectTimeoutForR2dbc() {
        try (Network net = Network.open()) {
            net.host("db").listen(5432).backlog(0).neverAccepts().full();
            String address = net.host("db").addresses().getFirst().getHostAddress();
            assertThatThrownBy(() -> connectReactively(address, 5432))
                    .isInstanceOf(R2dbcException.class)
                    .hasRootCauseInstanceOf(ConnectTimeoutException.class);
            assertThat(net.drops()).isNotEmpty().containsOnly(Rule.ACCEPT_QUEUE_FULL);
        }
    }
}
