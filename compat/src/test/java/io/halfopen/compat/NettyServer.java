package io.halfopen.compat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Netty with its NIO transport and its HTTP codec. */
final class NettyServer implements ServerUnderTest {
    @Override
    public String name() {
        return "Netty " + ServerUnderTest.version("netty");
    }

    @Override
    public AutoCloseable start(InetAddress address, int port) throws Exception {
        return start(address, port, pipeline -> {});
    }

    static AutoCloseable start(InetAddress address, int port, SSLContext tls) throws Exception {
        return start(address, port, pipeline -> {
            SSLEngine engine = tls.createSSLEngine();
            engine.setUseClientMode(false);
            pipeline.addLast(new SslHandler(engine));
        });
    }

    private static AutoCloseable start(InetAddress address, int port, Consumer<ChannelPipeline> first)
            throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        Channel listener = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        first.accept(channel.pipeline());
                        channel.pipeline()
                                .addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 16), new Answer());
                    }
                })
                .bind(address, port)
                .sync()
                .channel();
        return () -> {
            listener.close().sync();
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        };
    }

    private static final class Answer extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            FullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(Bodies.of(request.uri())));
            HttpUtil.setContentLength(response, response.content().readableBytes());
            HttpUtil.setKeepAlive(response, HttpUtil.isKeepAlive(request));
            ChannelFuture unused = context.writeAndFlush(response);
        }

        /** A client that has gone needs no answer. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable gone) {
            ChannelFuture unused = context.close();
        }
    }
}
