package io.halfopen.compat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Netty with its NIO transport; a connection for each request. */
final class NettyClient implements ClientUnderTest {
    @Override
    public String name() {
        return "Netty " + ServerUnderTest.version("netty");
    }

    private static final class Reader extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final CompletableFuture<byte[]> body;

        Reader(CompletableFuture<byte[]> body) {
            this.body = body;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            body.complete(ByteBufUtil.getBytes(response.content()));
            ChannelFuture unused = context.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failed) {
            body.completeExceptionally(failed);
            ChannelFuture unused = context.close();
        }
    }

    @Override
    public Session open(Duration connect, Duration response) {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connect.toMillis());
        return new Session() {
            @Override
            public byte[] get(String text) throws Exception {
                URI uri = URI.create(text);
                CompletableFuture<byte[]> body = new CompletableFuture<>();
                Channel channel = bootstrap
                        .clone()
                        .handler(handlers(response, body))
                        .connect(uri.getHost(), uri.getPort())
                        .sync()
                        .channel();
                FullHttpRequest request =
                        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, uri.getPath());
                request.headers().set(HttpHeaderNames.HOST, uri.getAuthority());
                ChannelFuture unused = channel.writeAndFlush(request);
                try {
                    return body.get(1, TimeUnit.MINUTES);
                } finally {
                    channel.close().sync();
                }
            }

            @Override
            public void close() {
                group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
            }
        };
    }

    private static ChannelInitializer<SocketChannel> handlers(Duration response, CompletableFuture<byte[]> body) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                channel.pipeline()
                        .addLast(
                                new ReadTimeoutHandler(response.toMillis(), TimeUnit.MILLISECONDS),
                                new HttpClientCodec(),
                                new HttpObjectAggregator(Bodies.MOST),
                                new Reader(body));
            }
        };
    }
}
