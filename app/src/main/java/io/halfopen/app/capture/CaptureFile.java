package io.halfopen.app.capture;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Reads pcap and pcapng files, also gzipped, one packet after the other: however long the file, only one packet is in
 * memory. What is wrong with a file is an {@link IOException} with a line for the user; a file that ends too early is
 * read as far as it goes.
 */
public final class CaptureFile implements AutoCloseable {
    /** Takes the packets, from their IP header on; the octets are the file's until it returns. */
    public interface Handler {
        /**
         * Takes one.
         *
         * @param nanos since the epoch
         * @param length how much of it was captured
         * @param wireLength how long it was
         */
        void onPacket(long nanos, byte[] bytes, int offset, int length, int wireLength) throws IOException;
    }

    /** No packet is longer; a length beyond this is no length. */
    static final int LONGEST = 1 << 18;

    private static final int GZIP = 0x1f8b;
    private static final int PCAP_MICROS = 0xa1b2c3d4;
    private static final int PCAP_NANOS = 0xa1b23c4d;
    private static final int PCAPNG = 0x0a0d0d0a;
    private static final int BYTE_ORDER = 0x1a2b3c4d;
    private static final int INTERFACE = 1;
    private static final int OLD_PACKET = 2;
    private static final int SIMPLE_PACKET = 3;
    private static final int ENHANCED_PACKET = 6;
    private static final int LONGEST_BLOCK = 1 << 24;
    private static final int MOST_INTERFACES = 4096;
    private static final long SECOND = 1_000_000_000L;

    private record Interface(int link, int snap, long unitsPerSecond) {}

    private final InputStream in;
    private final Counting counting;
    private final Path path;
    private final byte[] buffer = new byte[LONGEST];
    private final byte[] word = new byte[8];
    private final LinkLayer linkLayer = new LinkLayer();
    private final List<Interface> interfaces = new ArrayList<>();
    private boolean swapped;
    private boolean endsEarly;
    private long packets;
    private long skipped;

    /** How far it has come, in octets of the file. */
    private static final class Counting extends InputStream {
        private final InputStream from;
        private long count;

        Counting(InputStream from) {
            this.from = from;
        }

        @Override
        public int read() throws IOException {
            int octet = from.read();
            count += octet < 0 ? 0 : 1;
            return octet;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = from.read(target, offset, length);
            count += Math.max(0, read);
            return read;
        }

        @Override
        public void close() throws IOException {
            from.close();
        }
    }

    private CaptureFile(Path path, InputStream file) throws IOException {
        this.path = path;
        counting = new Counting(file);
        BufferedInputStream plain = new BufferedInputStream(counting, 1 << 16);
        plain.mark(2);
        int magic = plain.read() << 8 | plain.read();
        plain.reset();
        in = magic == GZIP ? new BufferedInputStream(new GZIPInputStream(plain, 1 << 16), 1 << 16) : plain;
    }

    public static CaptureFile open(Path path) throws IOException {
        InputStream file;
        try {
            file = Files.newInputStream(path);
        } catch (IOException refused) {
            throw new IOException("cannot read " + path + ": " + reason(path, refused), refused);
        }
        try {
            return new CaptureFile(path, file);
        } catch (IOException notRead) {
            file.close();
            throw new IOException("cannot read " + path + ": " + reason(path, notRead), notRead);
        }
    }

    private static String reason(Path path, IOException refused) {
        return switch (refused) {
            case java.nio.file.NoSuchFileException none -> "no such file";
            case java.nio.file.AccessDeniedException denied -> "permission denied";
            default -> Files.isDirectory(path) ? "it is a folder" : String.valueOf(refused.getMessage());
        };
    }

    /** Reads to the end. */
    public void read(Handler handler) throws IOException {
        try {
            int magic = readInt();
            switch (magic) {
                case PCAPNG -> pcapng(handler);
                case PCAP_MICROS, PCAP_NANOS -> pcap(magic == PCAP_NANOS, handler);
                default -> {
                    swapped = true;
                    int turned = Integer.reverseBytes(magic);
                    if (turned != PCAP_MICROS && turned != PCAP_NANOS) {
                        throw bad("neither pcap nor pcapng");
                    }
                    pcap(turned == PCAP_NANOS, handler);
                }
            }
        } catch (EOFException early) {
            if (packets == 0 && interfaces.isEmpty()) {
                throw bad("neither pcap nor pcapng");
            }
            endsEarly = true;
        } catch (java.util.zip.ZipException damaged) {
            endsEarly = true;
        }
    }

    private IOException bad(String why) {
        return new IOException("cannot read " + path + ": " + why);
    }

    private void pcap(boolean nanos, Handler handler) throws IOException {
        skip(12); // version, time zone, accuracy
        int snap = readInt();
        int link = readInt() & 0xffff;
        interfaces.add(new Interface(link, snap, nanos ? SECOND : 1_000_000));
        for (int first = in.read(); first >= 0; first = in.read()) {
            word[0] = (byte) first;
            fill(word, 1, 3);
            long time = (intAt(word, 0) & 0xffff_ffffL) * SECOND;
            time += (readInt() & 0xffff_ffffL) * (nanos ? 1 : 1000);
            int captured = readInt();
            int wire = readInt();
            packet(link, time, captured, wire, handler);
        }
    }

    private void packet(int link, long time, int captured, int wire, Handler handler) throws IOException {
        if (captured < 0 || captured > LONGEST) {
            throw bad("packet " + (packets + 1) + " claims to have " + (captured & 0xffff_ffffL) + " octets");
        }
        fill(buffer, 0, captured);
        packets++;
        hand(link, time, captured, Math.max(captured, wire), handler);
    }

    private void hand(int link, long time, int captured, int wire, Handler handler) throws IOException {
        int offset = linkLayer.ipOffset(link, buffer, captured);
        if (offset < 0) {
            skipped++;
        } else {
            handler.onPacket(time, buffer, offset, captured - offset, wire - offset);
        }
    }

    /** Each section has its own byte order and interfaces. */
    private void pcapng(Handler handler) throws IOException {
        section();
        while (true) {
            int first = in.read();
            if (first < 0) {
                return;
            }
            word[0] = (byte) first;
            fill(word, 1, 3);
            int type = intAt(word, 0);
            if (type == PCAPNG) {
                section();
            } else {
                block(type, handler);
            }
        }
    }

    private void section() throws IOException {
        fill(word, 0, 8);
        swapped = false;
        if (intAt(word, 4) != BYTE_ORDER) {
            swapped = true;
            if (intAt(word, 4) != BYTE_ORDER) {
                throw bad("a section without byte order");
            }
        }
        int length = intAt(word, 0);
        interfaces.clear();
        skip(checked(length) - 12);
    }

    private int checked(int length) throws IOException {
        if (length < 12 || length > LONGEST_BLOCK || length % 4 != 0) {
            throw bad("a block of " + (length & 0xffff_ffffL) + " octets");
        }
        return length;
    }

    private void block(int type, Handler handler) throws IOException {
        int length = checked(readInt());
        int body = length - 12;
        switch (type) {
            case INTERFACE -> body -= description(body);
            case ENHANCED_PACKET, OLD_PACKET -> body -= enhanced(type, body, handler);
            case SIMPLE_PACKET -> body -= simple(body, handler);
            default -> {} // names, statistics, secrets
        }
        skip(body + 4);
    }

    private int description(int body) throws IOException {
        if (body < 8 || interfaces.size() == MOST_INTERFACES) {
            throw bad("an interface that makes no sense");
        }
        fill(word, 0, 8);
        int link = shortAt(word, 0);
        int snap = intAt(word, 4);
        int read = 8;
        long units = 1_000_000;
        while (read + 4 <= body) {
            fill(word, 0, 4);
            int code = shortAt(word, 0);
            int size = shortAt(word, 2);
            int padded = size + 3 & ~3;
            read += 4;
            if (padded > body - read) {
                break;
            }
            if (code == 9 && size == 1) {
                fill(word, 0, 4);
                int exponent = word[0] & 0x7f;
                boolean binary = word[0] < 0;
                if (exponent > (binary ? 62 : 18)) {
                    throw bad("an interface whose clock ticks too fast");
                }
                units = binary ? 1L << exponent : (long) Math.pow(10, exponent);
            } else {
                skip(padded);
            }
            read += padded;
            if (code == 0) {
                break;
            }
        }
        interfaces.add(new Interface(link, snap, units));
        return read;
    }

    private int enhanced(int type, int body, Handler handler) throws IOException {
        if (body < 20) {
            return 0;
        }
        fill(word, 0, 4);
        int number = type == ENHANCED_PACKET ? intAt(word, 0) : shortAt(word, 0);
        long ticks = (long) readInt() << 32 | readInt() & 0xffff_ffffL;
        int captured = readInt();
        int wire = readInt();
        if (number < 0 || number >= interfaces.size() || captured < 0 || captured > LONGEST || captured > body - 20) {
            throw bad("packet " + (packets + 1) + " makes no sense");
        }
        Interface from = interfaces.get(number);
        packet(from.link, nanos(ticks, from.unitsPerSecond), captured, wire, handler);
        return 20 + captured;
    }

    private static long nanos(long ticks, long unitsPerSecond) {
        long seconds = Long.divideUnsigned(ticks, unitsPerSecond);
        long rest = Long.remainderUnsigned(ticks, unitsPerSecond);
        return seconds * SECOND + (long) (rest * (1e9 / unitsPerSecond));
    }

    /** It has no time, and so little can be said of it; but flags and numbers count. */
    private int simple(int body, Handler handler) throws IOException {
        if (body < 4 || interfaces.isEmpty()) {
            throw bad("packet " + (packets + 1) + " makes no sense");
        }
        Interface from = interfaces.getFirst();
        int wire = readInt();
        int captured = Math.min(body - 4, wire < 0 ? Integer.MAX_VALUE : wire);
        captured = from.snap > 0 ? Math.min(captured, from.snap) : captured;
        packet(from.link, 0, captured, wire, handler);
        return 4 + captured;
    }

    private int readInt() throws IOException {
        fill(word, 0, 4);
        return intAt(word, 0);
    }

    private int intAt(byte[] from, int at) {
        int value = (from[at] & 0xff) << 24
                | (from[at + 1] & 0xff) << 16
                | (from[at + 2] & 0xff) << 8
                | from[at + 3] & 0xff;
        return swapped ? Integer.reverseBytes(value) : value;
    }

    private int shortAt(byte[] from, int at) {
        int value = (from[at] & 0xff) << 8 | from[at + 1] & 0xff;
        return swapped ? Short.reverseBytes((short) value) & 0xffff : value;
    }

    private void fill(byte[] target, int offset, int length) throws IOException {
        if (in.readNBytes(target, offset, length) < length) {
            throw new EOFException();
        }
    }

    private void skip(int length) throws IOException {
        if (length < 0) {
            throw bad("a block that contradicts itself");
        }
        try {
            in.skipNBytes(length);
        } catch (EOFException end) {
            throw end;
        }
    }

    /** Octets of the file so far; of a gzipped one of the compressed file. */
    public long position() {
        return counting.count;
    }

    public long packets() {
        return packets;
    }

    /** Packets without IP, or of a link layer that is not known here. */
    public long skipped() {
        return skipped;
    }

    /** The file ends inside a packet: a capture that was cut off, or is still being written. */
    public boolean endsEarly() {
        return endsEarly;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
