package io.halfopen.linux;

/** The values of all {@link Sysctl}s of one stack, starting from a kernel's defaults. */
public final class Sysctls {
    private final int[][] values;

    public Sysctls(Kernel kernel) {
        values = new int[Sysctl.values().length][];
        for (Sysctl sysctl : Sysctl.values()) {
            values[sysctl.ordinal()] = kernel.defaultOf(sysctl);
        }
    }

    public int get(Sysctl sysctl) {
        return values[sysctl.ordinal()][0];
    }

    /** One of the numbers of a sysctl that has several; the first is 0. */
    public int get(Sysctl sysctl, int index) {
        return values[sysctl.ordinal()][index];
    }

    public boolean isOn(Sysctl sysctl) {
        return get(sysctl) != 0;
    }

    /** Sets it, effective from the next decision on. */
    public void set(Sysctl sysctl, int... numbers) {
        if (numbers.length != sysctl.width()) {
            throw new IllegalArgumentException(sysctl.fullName() + " takes " + sysctl.width() + " numbers");
        }
        for (int number : numbers) {
            if (!sysctl.allows(number)) {
                throw new IllegalArgumentException(sysctl.fullName() + " takes " + sysctl.range() + ", not " + number);
            }
        }
        values[sysctl.ordinal()] = numbers.clone();
    }
}
