package io.halfopen.web.compile;

/**
 * Four octets in five characters, where Base64 has three in four: a sixteenth less. The characters mean nothing in HTML, and
 * the page's machine.js has the same ones.
 */
final class Base85 {
    private static final String DIGITS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#%()+,-./:;=?@[]^_{|}$";

    private static final int OCTETS = 4;
    private static final int CHARACTERS = 5;

    private Base85() {}

    /** The last group has one character more than octets. */
    static String encode(byte[] octets) {
        StringBuilder text = new StringBuilder(octets.length / OCTETS * CHARACTERS + CHARACTERS);
        for (int at = 0; at < octets.length; at += OCTETS) {
            long word = 0;
            for (int i = at; i < at + OCTETS; i++) {
                word = word << 8 | (i < octets.length ? octets[i] & 0xff : 0);
            }
            char[] group = new char[CHARACTERS];
            for (int i = CHARACTERS - 1; i >= 0; i--) {
                group[i] = DIGITS.charAt((int) (word % DIGITS.length()));
                word /= DIGITS.length();
            }
            text.append(group, 0, Math.min(OCTETS, octets.length - at) + 1);
        }
        return text.toString();
    }
}
