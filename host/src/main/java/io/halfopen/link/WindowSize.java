package io.halfopen.link;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** How large the terminal is, in characters, as ioctl_tty(2) says; it changes while somebody looks. */
public record WindowSize(int rows, int columns) {
    // asm-generic/ioctls.h; struct winsize { unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel; }
    private static final long TIOCGWINSZ = 0x5413;
    private static final int WINSIZE = 8;
    private static final int COLUMN = 2;
    private static final int STANDARD_INPUT = 0;

    /** That of the terminal at standard input; {@code otherwise} where there is none or it does not know. */
    public static WindowSize ofTerminal(WindowSize otherwise) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(WINSIZE, 2);
            if (Libc.ofThread().ioctl(STANDARD_INPUT, TIOCGWINSZ, size) < 0) {
                return otherwise;
            }
            int rows = size.get(JAVA_SHORT, 0) & 0xffff;
            int columns = size.get(JAVA_SHORT, COLUMN) & 0xffff;
            return rows == 0 || columns == 0 ? otherwise : new WindowSize(rows, columns);
        }
    }
}
