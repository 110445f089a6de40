package io.halfopen.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.halfopen.linux.Rule;
import io.halfopen.nio.Network;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * Jedis, on java.net.Socket, and Lettuce, on Netty: to a real Redis on the real localhost while a network is open, and to a
 * host of the network.
 */
@Timeout(300)
class RedisTest {
    private static final int REQUESTS = Integer.getInteger("halfopen.requests", 100);
    private static final byte[] KEY = "key".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private static Path folder = Path.of("");

    private static @Nullable RealServer server;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> redis = RealServer.program("redis-server");
        assumeTrue(redis.isPresent(), "no Redis");
        int port = RealServer.freePort();
        server = RealServer.start(
                port,
                folder,
                "Ready to accept connections",
                redis.get().toString(),
                "--port",
                port + "",
                "--bind",
                "127.0.0.1",
                "--save",
                "");
    }

    @AfterAll
    static void stop() {
        RealServer running = server;
        if (running != null) {
            running.close();
        }
    }

    private static int port() {
        return Objects.requireNonNull(server).port();
    }

    @Test
    void jedisReachesARealServer() {
        try (Network net = Network.open();
                Jedis jedis = new Jedis("127.0.0.1", port())) {
            for (int number = 0; number < REQUESTS; number++) {
                int size = Bodies.size(number);
                jedis.set(KEY, Bodies.of(size));
                assertThat(Bodies.isRight(jedis.get(KEY), size)).isTrue();
            }
            assertThat(net.story()).isEmpty();
        }
    }

    @Test
    void lettuceReachesARealServer() {
        try (Network net = Network.open()) {
            RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", port()));
            try (StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE)) {
                for (int number = 0; number < REQUESTS; number++) {
                    int size = Bodies.size(number);
                    connection.sync().set(KEY, Bodies.of(size));
                    assertThat(Bodies.isRight(connection.sync().get(KEY), size)).isTrue();
                }
            } finally {
                client.shutdown(Duration.ZERO, Duration.ofSeconds(10));
            }
            assertThat(net.story()).isEmpty();
        }
    }

    @Test
    void aFullAcceptQueueIsAConnectTimeout() {
        try (Network net = Network.open()) {
            net.host("cache").listen(6379).backlog(0).neverAccepts().full();
            assertThatThrownBy(() -> {
                        try (Jedis jedis = new Jedis("cache", 6379, 1000)) {
                            jedis.ping();
                        }
                    })
                    .isInstanceOf(JedisConnectionException.class);
            String address = net.host("cache").addresses().getFirst().getHostAddress();
            RedisClient client = RedisClient.create(RedisURI.create(address, 6379));
            client.setOptions(ClientOptions.builder()
                    .socketOptions(SocketOptions.builder()
                            .connectTimeout(Duration.ofSeconds(1))
                            .build())
                    .build());
            assertThatThrownBy(client::connect).isInstanceOf(RedisConnectionException.class);
            client.shutdown(Duration.ZERO, Duration.ofSeconds(10));
            assertThat(net.drops()).isNotEmpty().containsOnly(Rule.ACCEPT_QUEUE_FULL);
        }
    }
}
