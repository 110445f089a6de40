package io.halfopen.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.halfopen.linux.Rule;
import io.halfopen.nio.Network;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** gRPC on Netty's NIO transport: calls that echo what they are sent. */
@Timeout(300)
class GrpcTest {
    private static final int REQUESTS = Integer.getInteger("halfopen.requests", 100);
    private static final int MOST = 20 << 20;

    /** Messages are octets as they are. */
    private static final class Octets implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }

    private static final MethodDescriptor<byte[], byte[]> ECHO = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("Echo/echo")
            .setRequestMarshaller(new Octets())
            .setResponseMarshaller(new Octets())
            .build();

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());

    @AfterEach
    void stop() throws InterruptedException {
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }

    private Server serve(InetSocketAddress address) throws IOException {
        return NettyServerBuilder.forAddress(address)
                .bossEventLoopGroup(group)
                .workerEventLoopGroup(group)
                .channelType(NioServerSocketChannel.class)
                .maxInboundMessageSize(MOST)
                .addService(ServerServiceDefinition.builder("Echo")
                        .addMethod(ECHO, ServerCalls.asyncUnaryCall((request, answer) -> {
                            answer.onNext(request);
                            answer.onCompleted();
                        }))
                        .build())
                .build()
                .start();
    }

    private ManagedChannel connect(InetSocketAddress address) {
        return NettyChannelBuilder.forAddress(address)
                .eventLoopGroup(group)
                .channelType(NioSocketChannel.class)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 1000)
                .maxInboundMessageSize(MOST)
                .usePlaintext()
                .build();
    }

    private static byte[] echo(ManagedChannel channel, byte[] message) {
        return ClientCalls.blockingUnaryCall(
                channel, ECHO, CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.MINUTES), message);
    }

    @Test
    void callsComeBackAsTheyWereSent() throws Exception {
        try (Network net = Network.open()) {
            InetSocketAddress address =
                    new InetSocketAddress(net.host("server").addresses().getFirst(), 50051);
            Server server = serve(address);
            ManagedChannel channel = connect(address);
            for (int number = 0; number < REQUESTS; number++) {
                int size = Bodies.size(number);
                assertThat(Bodies.isRight(echo(channel, Bodies.of(size)), size)).isTrue();
            }
            assertThat(channel.shutdown().awaitTermination(10, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(server.shutdown().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aFullAcceptQueueIsUnavailable() throws Exception {
        try (Network net = Network.open()) {
            net.host("server").listen(50051).backlog(0).neverAccepts().full();
            ManagedChannel channel =
                    connect(new InetSocketAddress(net.host("server").addresses().getFirst(), 50051));
            assertThatThrownBy(() -> echo(channel, new byte[1]))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            failed -> assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
            assertThat(net.drops()).containsOnly(Rule.ACCEPT_QUEUE_FULL);
            assertThat(channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS))
                    .isTrue();
        }
    }
}
