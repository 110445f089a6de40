package io.halfopen.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfopen.linux.Rule;
import io.halfopen.nio.Network;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kafka in KRaft mode: one broker that is its own controller, with its admin, producer and consumer. */
@Timeout(300)
class KafkaTest {
    private static final int REQUESTS = Integer.getInteger("halfopen.requests", 100);
    private static final String BOOTSTRAP = "kafka:9092";
    private static final String TOPIC = "bodies";

    /** Below a million octets, which is what a broker takes. */
    private static final int LARGEST = 900_000;

    private static Path configuration(Path folder) throws Exception {
        Properties settings = new Properties();
        settings.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("controller.quorum.voters", "1@kafka:9093"),
                Map.entry("listeners", "PLAINTEXT://kafka:9092,CONTROLLER://kafka:9093"),
                Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("log.dirs", folder.resolve("log").toString()),
                Map.entry("num.partitions", "1"),
                Map.entry("offsets.topic.num.partitions", "1"),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                Map.entry("log.cleaner.enable", "false")));
        Path file = folder.resolve("server.properties");
        try (OutputStream out = Files.newOutputStream(file)) {
            settings.store(out, null);
        }
        return file;
    }

    /** What bin/kafka-storage.sh and bin/kafka-server-start.sh do. */
    private static KafkaRaftServer start(Path folder) throws Exception {
        Path file = configuration(folder);
        String[] format = {"format", "--cluster-id", Uuid.randomUuid().toString(), "--config", file.toString()};
        assertThat(StorageTool.execute(format, new PrintStream(OutputStream.nullOutputStream())))
                .isZero();
        Properties settings = new Properties();
        try (var in = Files.newInputStream(file)) {
            settings.load(in);
        }
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(settings), Time.SYSTEM);
        server.startup();
        return server;
    }

    private static Map<String, Object> client(String... more) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", BOOTSTRAP);
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return settings;
    }

    private static int size(int number) {
        return Math.min(LARGEST, Bodies.size(number));
    }

    @Test
    void whatIsProducedIsConsumed(@TempDir Path folder) throws Exception {
        try (Network net = Network.open()) {
            assertThat(net.host("kafka").addresses()).isNotEmpty();
            KafkaRaftServer server = start(folder);
            try (Admin admin = Admin.create(client())) {
                admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1)))
                        .all()
                        .get(1, TimeUnit.MINUTES);
            }
            produce();
            consume();
            server.shutdown();
            assertThat(net.story()).contains("localhost:").contains(" > kafka:9092");
        }
    }

    private static void produce() throws Exception {
        Map<String, Object> settings = client("max.request.size", "1048576", "acks", "all");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int number = 0; number < REQUESTS; number++) {
                Object unused = producer.send(new ProducerRecord<>(TOPIC, Bodies.of(size(number))));
            }
            producer.flush();
        }
    }

    private static void consume() {
        Map<String, Object> settings = client("group.id", "readers", "auto.offset.reset", "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            int number = 0;
            while (number < REQUESTS) {
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofSeconds(10))) {
                    assertThat(each.offset()).isEqualTo(number);
                    assertThat(Bodies.isRight(each.value(), size(number))).isTrue();
                    number++;
                }
            }
        }
    }

    /** The client tries again and again; a call fails when its own time is over. */
    @Test
    void aFullAcceptQueueIsATimeout() {
        try (Network net = Network.open()) {
            net.host("kafka").listen(9092).backlog(0).neverAccepts().full();
            try (Admin admin = Admin.create(client("default.api.timeout.ms", "1000", "request.timeout.ms", "500"))) {
                assertThatThrownBy(() -> admin.listTopics().names().get(1, TimeUnit.MINUTES))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(TimeoutException.class);
            }
            assertThat(net.drops()).isNotEmpty().containsOnly(Rule.ACCEPT_QUEUE_FULL);
        }
    }
}
