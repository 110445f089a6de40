package io.halfopen.wire;

/** Addresses as people write them: dotted quads, and RFC 4291 text read leniently, written canonically (RFC 5952). */
final class AddressText {
    private AddressText() {}

    static IpAddress parse(String text) {
        try {
            return text.indexOf(':') < 0 ? IpAddress.ofIpv4(quad(text)) : groups(text);
        } catch (NumberFormatException notANumber) {
            throw notAnAddress(text);
        }
    }

    private static int quad(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw notAnAddress(text);
        }
        int address = 0;
        for (String part : parts) {
            address = address << 8 | number(part, 10, 3, 255);
        }
        return address;
    }

    private static IpAddress groups(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            throw notAnAddress(text);
        }
        int[] head = gap < 0 ? groupsOf(text, true) : groupsOf(text.substring(0, gap), false);
        int[] tail = gap < 0 ? new int[0] : groupsOf(text.substring(gap + 2), true);
        int count = head.length + tail.length;
        if (gap < 0 ? count != 8 : count > 7) {
            throw notAnAddress(text);
        }
        int[] all = new int[8];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(tail, 0, all, 8 - tail.length, tail.length);
        long high = 0;
        long low = 0;
        for (int i = 0; i < 4; i++) {
            high = high << 16 | all[i];
            low = low << 16 | all[i + 4];
        }
        return new IpAddress(high, low);
    }

    /** The 16-bit groups of a colon-separated run; the last of an address may be a dotted quad, which makes two. */
    private static int[] groupsOf(String run, boolean isEnd) {
        if (run.isEmpty()) {
            return new int[0];
        }
        String[] parts = run.split(":", -1);
        String last = parts[parts.length - 1];
        boolean dotted = isEnd && last.indexOf('.') >= 0;
        int[] groups = new int[parts.length + (dotted ? 1 : 0)];
        int plain = dotted ? parts.length - 1 : parts.length;
        for (int i = 0; i < plain; i++) {
            groups[i] = number(parts[i], 16, 4, 0xffff);
        }
        if (dotted) {
            int quad = quad(last);
            groups[plain] = quad >>> 16;
            groups[plain + 1] = quad & 0xffff;
        }
        return groups;
    }

    private static int number(String digits, int radix, int most, int max) {
        if (digits.isEmpty() || digits.length() > most || Character.digit(digits.charAt(0), radix) < 0) {
            throw new NumberFormatException(digits);
        }
        int value = Integer.parseInt(digits, radix);
        if (value > max) {
            throw new NumberFormatException(digits);
        }
        return value;
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException("not an IPv4 or IPv6 address: '" + text + "'");
    }

    static String format(IpAddress address) {
        StringBuilder text = new StringBuilder(39);
        if (address.isIpv4()) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                text.append(address.low() >>> shift & 0xff).append(shift > 0 ? "." : "");
            }
            return text.toString();
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            long half = i < 4 ? address.high() : address.low();
            groups[i] = (int) (half >>> 48 - 16 * (i & 3)) & 0xffff;
        }
        appendGroups(text, groups);
        return text.toString();
    }

    /** RFC 5952: the longest run of two or more zero groups, the first of equals, becomes {@code ::}. */
    private static void appendGroups(StringBuilder text, int[] groups) {
        int gap = -1;
        int gapLength = 1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && groups[i + run] == 0) {
                run++;
            }
            if (run > gapLength) {
                gap = i;
                gapLength = run;
            }
        }
        for (int i = 0; i < 8; i++) {
            if (i == gap) {
                text.append("::");
                i += gapLength - 1;
            } else {
                boolean colon = i > 0 && !(gap >= 0 && i == gap + gapLength);
                text.append(colon ? ":" : "").append(Integer.toHexString(groups[i]));
            }
        }
    }
}
