package io.halfopen.trace;

import static io.halfopen.trace.TestPackets.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfopen.linux.Rule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class PcapngTest {
    /** Section header; interface description with if_tsresol 9: draft-ietf-opsawg-pcapng, sections 4.1 and 4.2. */
    private static final String HEAD = "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c"
            + "00000001 00000020 0065 0000 00000000 0009 0001 09000000 0000 0000 00000020";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void anEmptyFileHasItsTwoHeaders() throws IOException {
        new Pcapng(out).close();
        assertThat(out.toByteArray()).isEqualTo(hex(HEAD));
    }

    @Test
    void aPacketIsPaddedAndItsTimeIsInNanoseconds() throws IOException {
        try (Pcapng pcapng = new Pcapng(out)) {
            pcapng.packet(0x1_0000_0002L, hex("ff 4500000506 ff"), 1, 5);
        }
        String block = "00000006 00000028 00000000 00000001 00000002 00000005 00000005 4500000506 000000 00000028";
        assertThat(out.toByteArray()).isEqualTo(hex(HEAD + block));
    }

    @Test
    void aCommentIsAnOption() throws IOException {
        try (Pcapng pcapng = new Pcapng(out)) {
            pcapng.packet(0, hex("45000004"), 0, 4, "whyé");
        }
        String block = "00000006 00000034 00000000 00000000 00000000 00000004 00000004 45000004"
                + "0001 0005 776879c3a9 000000 0000 0000 00000034";
        assertThat(out.toByteArray()).isEqualTo(hex(HEAD + block));
    }

    @Test
    void aRuleExplainsItself() {
        assertThat(Pcapng.comment(Rule.ACCEPT_QUEUE_FULL))
                .isEqualTo("ACCEPT_QUEUE_FULL: accept queue full: the SYN is dropped [ListenOverflows ListenDrops]");
        assertThat(Pcapng.comment(Rule.DATA_ACCEPTED)).isEqualTo("DATA_ACCEPTED: data in order");
    }

    @Test
    void aCommentTooLongForItsLengthFieldIsRefused() throws IOException {
        try (Pcapng pcapng = new Pcapng(out)) {
            assertThatThrownBy(() -> pcapng.packet(0, new byte[4], 0, 4, "x".repeat(0x10000)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a comment of 65536 octets; at most 65535");
        }
        assertThat(HexFormat.of().formatHex(out.toByteArray())).isEqualTo(HEAD.replace(" ", ""));
    }

    @Test
    void aFullDiskIsReported() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        assertThatThrownBy(() -> new Pcapng(full)).isInstanceOf(IOException.class);
    }

    @Test
    void tcpdumpReadsPacketsWithComments() throws Exception {
        byte[] syn = TestPackets.V4.segment(TestPackets.SYN, 1, 0, 0);
        byte[] data = TestPackets.V6.segment(TestPackets.ACK, 1, 2, 3);
        try (Pcapng pcapng = new Pcapng(out)) {
            pcapng.packet(1_700_000_000_123_456_789L, syn, 0, syn.length, Pcapng.comment(Rule.ACCEPT_QUEUE_FULL));
            pcapng.packet(1_700_000_001_000_000_000L, data, 0, data.length);
        }
        assertThat(RealTcpdump.read(out.toByteArray(), "-tt", "--nano"))
                .isEqualTo(List.of(
                        "1700000000.123456789 IP 127.0.0.1.59830 > 127.0.0.1.8088: "
                                + "Flags [S], seq 1, win 512, length 0",
                        "1700000001.000000000 IP6 ::1.47368 > 2001:db8::8088.8088: "
                                + "Flags [.], seq 1:4, ack 2, win 512, length 3"));
    }
}
