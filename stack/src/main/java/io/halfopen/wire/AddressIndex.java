package io.halfopen.wire;

import java.util.Arrays;

/**
 * Numbers for addresses, from 0 in the order in which they were added. Nothing is allocated to find the number of one, and
 * it takes as long for one of a hundred as for the only one.
 */
public final class AddressIndex {
    private static final int FREE = -1;

    private long[] highs = new long[4];
    private long[] lows = new long[4];
    private int[] numbers = {FREE, FREE, FREE, FREE};
    private int size;
    private long lastHigh;
    private long lastLow;
    private int lastNumber = FREE;

    /** Of none yet. */
    public AddressIndex() {}

    /** The number of an address that was added, or -1. What was found last is most often what is asked for next. */
    public int find(long high, long low) {
        return low == lastLow && high == lastHigh ? lastNumber : search(high, low);
    }

    private int search(long high, long low) {
        int number = numbers[place(high, low)];
        if (number != FREE) {
            lastHigh = high;
            lastLow = low;
            lastNumber = number;
        }
        return number;
    }

    /** The number of an address, which is the next one unless it has one. */
    public int add(long high, long low) {
        int place = place(high, low);
        if (numbers[place] != FREE) {
            return numbers[place];
        }
        if (2 * size >= numbers.length) {
            grow();
            place = place(high, low);
        }
        put(place, high, low, size);
        size++;
        return search(high, low);
    }

    public int size() {
        return size;
    }

    private void put(int place, long high, long low, int number) {
        highs[place] = high;
        lows[place] = low;
        numbers[place] = number;
    }

    /** Where an address is, or would be. */
    private int place(long high, long low) {
        int mask = numbers.length - 1;
        int place = hash(high, low) & mask;
        while (numbers[place] != FREE && (lows[place] != low || highs[place] != high)) {
            place = place + 1 & mask;
        }
        return place;
    }

    /** Of addresses that are a host's own: whom others may choose needs a secret beside it. */
    public static int hash(long high, long low) {
        long mixed = (low ^ high * 31) * 0x9e3779b97f4a7c15L;
        return (int) (mixed >>> 32);
    }

    private void grow() {
        long[] oldHighs = highs;
        long[] oldLows = lows;
        int[] oldNumbers = numbers;
        highs = new long[2 * oldHighs.length];
        lows = new long[2 * oldLows.length];
        numbers = new int[2 * oldNumbers.length];
        Arrays.fill(numbers, FREE);
        for (int i = 0; i < oldNumbers.length; i++) {
            if (oldNumbers[i] != FREE) {
                put(place(oldHighs[i], oldLows[i]), oldHighs[i], oldLows[i], oldNumbers[i]);
            }
        }
    }
}
