package io.halfopen.lab.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Locale;
import java.util.regex.Pattern;

/** What a client of HTTP has sent and was not answered yet: the header of a request, and perhaps more behind it. */
final class HttpRequest {
    /** A header that has not ended by then is answered as it is, and nothing after it is read. */
    private static final int LONGEST = 1 << 14;

    private static final String END = "\r\n\r\n";
    private static final Pattern HAS_BODY = Pattern.compile("\n(content-length|transfer-encoding):");
    private static final Pattern CLOSES = Pattern.compile("\nconnection:[^\n]*\\bclose\\b");
    private static final Pattern KEEPS = Pattern.compile("\nconnection:[^\n]*\\bkeep-alive\\b");

    private final StringBuilder text = new StringBuilder();

    boolean isEmpty() {
        return text.isEmpty();
    }

    void add(byte[] bytes, int count) {
        text.append(new String(bytes, 0, count, ISO_8859_1));
    }

    boolean isComplete() {
        return text.length() >= LONGEST || text.indexOf(END) >= 0;
    }

    /**
     * Takes the first header off; true if its sender may go on with another request on the same connection (RFC 9112,
     * section 9.3). Only a GET may: what another method says about bodies is nothing that this server knows.
     */
    boolean remove() {
        int end = text.indexOf(END);
        if (end < 0) {
            return false;
        }
        String header = text.substring(0, end).toLowerCase(Locale.ROOT);
        text.delete(0, end + END.length());
        if (!header.startsWith("get ") || HAS_BODY.matcher(header).find()) {
            return false;
        }
        boolean persistent = header.split("[\r\n]", 2)[0].endsWith(" http/1.1");
        return persistent
                ? !CLOSES.matcher(header).find()
                : KEEPS.matcher(header).find();
    }
}
