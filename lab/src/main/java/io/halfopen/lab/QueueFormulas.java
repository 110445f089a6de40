package io.halfopen.lab;

/**
 * What queueing theory says of a queue of limited length whose customers come independently of each other (Poisson):
 * how likely one finds it full. {@code load} is arrivals by services; {@code places} counts the one that is served.
 */
public final class QueueFormulas {
    private QueueFormulas() {}

    /** M/M/1/K: services take times that are drawn exponentially. */
    public static double fullIfDrawn(double load, int places) {
        if (load == 1) {
            return 1.0 / (places + 1);
        }
        return (1 - load) * Math.pow(load, places) / (1 - Math.pow(load, places + 1));
    }

    /**
     * M/D/1/K: services all take as long. From the chain of lengths that customers leave behind: of an unbounded queue
     * its first K states are as likely, up to a factor, and the factor follows from what flows in and out.
     */
    public static double fullIfConstant(double load, int places) {
        double[] left = new double[places + 1];
        double[] arrivals = new double[places + 1];
        double probability = Math.exp(-load);
        for (int i = 0; i <= places; i++) {
            arrivals[i] = probability;
            probability *= load / (i + 1);
        }
        left[0] = 1;
        double sum = 0;
        for (int next = 0; next < places; next++) {
            sum += left[next];
            if (next + 1 < places) {
                double inflow = left[next] - left[0] * arrivals[next];
                for (int i = 1; i <= next; i++) {
                    inflow -= left[i] * arrivals[next - i + 1];
                }
                left[next + 1] = Math.max(0, inflow / arrivals[0]);
            }
        }
        double empty = left[0] / sum;
        return Math.max(0, 1 - 1 / (empty + load));
    }
}
