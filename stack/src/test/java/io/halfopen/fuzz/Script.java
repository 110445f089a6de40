package io.halfopen.fuzz;

/** The bytes of a fuzzer, read as decisions; once they are used up, every one is 0. */
final class Script {
    private final byte[] bytes;
    private int at;

    Script(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean isOver() {
        return at >= bytes.length;
    }

    int octet() {
        return isOver() ? 0 : bytes[at++] & 0xff;
    }

    int number() {
        return octet() << 24 | octet() << 16 | octet() << 8 | octet();
    }

    /** 0 to less than a bound. */
    int below(int bound) {
        return octet() % bound;
    }

    byte[] octets(int count) {
        byte[] taken = new byte[count];
        for (int i = 0; i < count; i++) {
            taken[i] = (byte) octet();
        }
        return taken;
    }
}
