package io.halfopen.tcp.send;

import java.util.Arrays;

/** Rows of three numbers, the oldest first. */
final class NoticeRows {
    private static final int WIDTH = 3;

    private long[] cells = new long[4 * WIDTH];
    private int count;

    int count() {
        return count;
    }

    long first(int row) {
        return cells[row * WIDTH];
    }

    long second(int row) {
        return cells[row * WIDTH + 1];
    }

    long third(int row) {
        return cells[row * WIDTH + 2];
    }

    void add(long first, long second, long third) {
        if (cells.length == count * WIDTH) {
            cells = Arrays.copyOf(cells, 2 * cells.length);
        }
        set(count++, first, second, third);
    }

    void set(int row, long first, long second, long third) {
        cells[row * WIDTH] = first;
        cells[row * WIDTH + 1] = second;
        cells[row * WIDTH + 2] = third;
    }

    void remove(int row) {
        count--;
        System.arraycopy(cells, (row + 1) * WIDTH, cells, row * WIDTH, (count - row) * WIDTH);
    }
}
