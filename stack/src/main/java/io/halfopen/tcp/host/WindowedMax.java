package io.halfopen.tcp.host;

/**
 * The greatest value of a window that moves, from three samples: the greatest, and the greatest ones of later parts of
 * the window, which take its place when it is too old (Kathleen Nichols' algorithm, lib/win_minmax.c). Times are of any
 * unit, and may wrap.
 */
public final class WindowedMax {
    private long best;
    private long second;
    private long third;
    private int bestAt;
    private int secondAt;
    private int thirdAt;

    public void reset(int now, long value) {
        best = value;
        second = value;
        third = value;
        bestAt = now;
        secondAt = now;
        thirdAt = now;
    }

    public long get() {
        return best;
    }

    public void update(int window, int now, long value) {
        if (value >= best || now - thirdAt > window) {
            reset(now, value);
            return;
        }
        if (value >= second) {
            second = value;
            secondAt = now;
            third = value;
            thirdAt = now;
        } else if (value >= third) {
            third = value;
            thirdAt = now;
        }
        age(window, now, value);
    }

    private void age(int window, int now, long value) {
        int age = now - bestAt;
        if (age > window) {
            drop(now, value);
            if (now - bestAt > window) {
                drop(now, value);
            }
        } else if (secondAt == bestAt && age > window / 4) {
            second = value;
            secondAt = now;
            third = value;
            thirdAt = now;
        } else if (thirdAt == secondAt && age > window / 2) {
            third = value;
            thirdAt = now;
        }
    }

    private void drop(int now, long value) {
        best = second;
        bestAt = secondAt;
        second = third;
        secondAt = thirdAt;
        third = value;
        thirdAt = now;
    }
}
