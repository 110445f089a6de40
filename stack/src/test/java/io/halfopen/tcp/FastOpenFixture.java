package io.halfopen.tcp;

import static io.halfopen.linux.Errno.EINPROGRESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.TcpState;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A client that may fast open, and a peer that gives it a cookie. */
abstract class FastOpenFixture {
    static final String COOKIE = "4142434445464748";
    static final String OPTIONS = "mss 1460,sackOK,TS val 500 ecr 0,nop,wscale 7";
    static final String SYN = "S 0:5(5) win 64240 <mss 1460,sackOK,TS,nop,wscale 10,FO " + COOKIE + ",nop,nop>";

    final Scene scene = new Scene();
    Peer peer = scene.peer("192.0.2.9", 9);
    int fd = scene.socket();

    int send(String data) {
        return send(data, Stack.MSG_FASTOPEN);
    }

    int send(String data, int flags) {
        scene.mark();
        byte[] octets = data.getBytes(StandardCharsets.US_ASCII);
        return scene.stack.sendto(scene.now(), fd, octets, 0, octets.length, flags, peer.address(), peer.port());
    }

    static String synAck(int data, int ack, @Nullable String option) {
        return "S. 0:" + data + "(" + data + ") ack " + ack + " win 65535 <" + OPTIONS
                + (option == null ? "" : "," + option) + ">";
    }

    /** Gets a cookie for later; another socket is ready then. */
    void haveCookie() {
        assertThat(send("hello")).isEqualTo(-EINPROGRESS);
        peer.expect("S 0:0(0) win 64240 <mss 1460,sackOK,TS,nop,wscale 10,FO,nop,nop>");
        peer.inject(synAck(0, 1, "FO " + COOKIE));
        peer.expect(". 1:1(0) ack 1");
        another();
    }

    void another() {
        fd = scene.stack.socket(peer.address().isIpv4() ? Stack.AF_INET : Stack.AF_INET6);
    }

    /** With a cookie, the SYN and five octets. */
    void open() {
        haveCookie();
        assertThat(send("hello")).isEqualTo(5);
        assertThat(scene.changes()).isEqualTo("ActiveOpens+1");
        peer.expectOnly(SYN);
    }

    TcpState state() {
        return scene.stack.row(fd).state();
    }
}
