package io.halfopen.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.util.Arrays;

/** Any options, behind a header that is right, and sealed. */
class OptionsFuzzTest {
    private static final IpAddress FROM = IpAddress.parse("192.0.2.9");
    private static final IpAddress TO = IpAddress.parse("192.0.2.1");

    @FuzzTest(maxDuration = "5s")
    void anyOptionsAreRead(byte[] bytes) {
        byte[] options = Arrays.copyOf(bytes, Math.min(40, bytes.length + 3 & -4));
        int flags = bytes.length == 0 ? 0 : bytes[0] & 0xff;
        int length = TcpHeader.LENGTH + options.length;
        byte[] packet = new byte[IpHeader.V4_LENGTH + length];
        IpHeader.write(packet, 0, FROM.high(), FROM.low(), TO.high(), TO.low(), length, 0, 64, 0);
        TcpHeader.write(packet, IpHeader.V4_LENGTH, 1, 2, 3, 4, length, flags, 5);
        System.arraycopy(options, 0, packet, IpHeader.V4_LENGTH + TcpHeader.LENGTH, options.length);
        TcpHeader.seal(packet, IpHeader.V4_LENGTH, length, FROM.high(), FROM.low(), TO.high(), TO.low());
        if (AnyBytes.read(packet, 0, packet.length) != Segment.Defect.NONE) {
            throw new AssertionError("a good header is refused for its options");
        }
    }
}
