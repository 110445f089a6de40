package io.halfopen.linux;

/** The values of all {@link Sysctl}s of one stack, starting from a kernel's defaults. */
public final class Sysctls {
    private final Kernel kernel;
    private final int[][] values;

    /** Which were set since the beginning. */
    private final boolean[] set;

    /** The first number of each, which most have only: every packet asks for some. */
    private final int[] firsts;

    public Sysctls(Kernel kernel) {
        this.kernel = kernel;
        values = new int[Sysctl.values().length][];
        firsts = new int[values.length];
        set = new boolean[values.length];
        for (Sysctl sysctl : Sysctl.values()) {
            put(sysctl, kernel.defaultOf(sysctl));
        }
    }

    private void put(Sysctl sysctl, int[] numbers) {
        values[sysctl.ordinal()] = numbers;
        firsts[sysctl.ordinal()] = numbers[0];
    }

    public int get(Sysctl sysctl) {
        return firsts[sysctl.ordinal()];
    }

    /** One of the numbers of a sysctl that has several; the first is 0. */
    public int get(Sysctl sysctl, int index) {
        return values[sysctl.ordinal()][index];
    }

    public boolean isOn(Sysctl sysctl) {
        return get(sysctl) != 0;
    }

    /** Whether the kernel has it. */
    public boolean has(Sysctl sysctl) {
        return kernel.lacks(sysctl) == null;
    }

    /** Sets it where the kernel has it, and does nothing else where it has not. */
    public void setIfThere(Sysctl sysctl, int... numbers) {
        if (has(sysctl)) {
            set(sysctl, numbers);
        }
    }

    /** Whether anybody has set it, perhaps to what it was. */
    public boolean isSet(Sysctl sysctl) {
        return set[sysctl.ordinal()];
    }

    /**
     * Sets it, effective from the next decision on.
     *
     * @throws IllegalArgumentException with a sentence for the user if it does not take that, or the kernel does not have it
     */
    public void set(Sysctl sysctl, int... numbers) {
        SysctlArrival later = kernel.lacks(sysctl);
        if (later != null) {
            throw new IllegalArgumentException(
                    kernel + " has no " + sysctl.fullName() + ": it came with " + later.since());
        }
        if (numbers.length != sysctl.width()) {
            throw new IllegalArgumentException(sysctl.fullName() + " takes " + sysctl.width() + " numbers");
        }
        for (int number : numbers) {
            if (!sysctl.allows(number)) {
                throw new IllegalArgumentException(sysctl.fullName() + " takes " + sysctl.range() + ", not " + number);
            }
        }
        put(sysctl, numbers.clone());
        set[sysctl.ordinal()] = true;
    }
}
