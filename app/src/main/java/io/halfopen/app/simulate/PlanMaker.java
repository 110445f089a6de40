package io.halfopen.app.simulate;

import io.halfopen.app.simulate.Plan.Cable;
import io.halfopen.app.simulate.Plan.Dialog;
import io.halfopen.app.simulate.Plan.Ending;
import io.halfopen.app.simulate.Plan.Machine;
import io.halfopen.app.simulate.Plan.Service;
import io.halfopen.app.simulate.Plan.Side;
import io.halfopen.app.simulate.Plan.Trouble;
import io.halfopen.linux.Kernel;
import io.halfopen.sim.Path;
import io.halfopen.tcp.Stack;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Draws a {@link Plan} from a seed: mostly mild weather, and now and then every kind of bad. */
final class PlanMaker {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long MINUTE = 60 * SECOND;
    private static final int[] MTUS = {1500, 1500, 1500, 1500, 9000, 1280, 1006, 576, 296};
    private static final int LEAST_V6_MTU = 1280;

    /** Mostly: Linux believes in no smaller one (min_pmtu is 552). Below it routers cut up what it sends. */
    private static final int USUAL_V4_MTU = 576;

    private static final int LEAST_V4_MTU = 120;

    private static final int FIRST_PORT = 80;

    private final long seed;
    private final SplittableRandom random;

    private PlanMaker(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    static Plan make(long seed) {
        return new PlanMaker(seed).make();
    }

    private Plan make() {
        // A world begins at any time: timestamps and clocks may wrap in the middle.
        long start = chance(0.5) ? 0 : random.nextLong(60L * 24 * 60 * MINUTE);
        List<Machine> machines = machines();
        List<Service> services = services(machines);
        int leastV4Mtu = chance(0.2) ? LEAST_V4_MTU : USUAL_V4_MTU;
        int leastMtu = services.stream().anyMatch(Service::ipv6) ? LEAST_V6_MTU : leastV4Mtu;
        List<Cable> cables = cables(machines.size(), leastMtu);
        List<Dialog> dialogs = dialogs(machines.size(), services);
        return new Plan(
                seed, start, machines, cables, services, dialogs, troubles(machines.size(), cables.size(), leastMtu));
    }

    private List<Machine> machines() {
        int count = 2 + Math.min(random.nextInt(7), random.nextInt(7));
        boolean tuned = chance(0.6);
        List<Machine> machines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean old = chance(0.05);
            Kernel kernel = old ? Kernel.all().get(random.nextInt(Kernel.all().size())) : Kernel.LINUX_6_18;
            int mtu = MTUS[random.nextInt(MTUS.length)];
            machines.add(new Machine(kernel, mtu, tuned && chance(0.7) ? Knobs.sysctls(random) : java.util.Map.of()));
        }
        return machines;
    }

    private List<Cable> cables(int hosts, int leastMtu) {
        List<Cable> cables = new ArrayList<>();
        double weather = random.nextDouble();
        for (int a = 0; a < hosts; a++) {
            for (int b = a + 1; b < hosts; b++) {
                long delay = delay();
                cables.add(new Cable(a, b, path(delay, weather, leastMtu), path(delay, weather, leastMtu)));
            }
        }
        return cables;
    }

    private long delay() {
        return switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1, 2, 3 -> 10_000 + random.nextLong(MILLI);
            case 9 -> 200 * MILLI + random.nextLong(800 * MILLI);
            default -> MILLI + random.nextLong(80 * MILLI);
        };
    }

    private Path path(long delay, double weather, int leastMtu) {
        boolean fine = weather < 0.3;
        boolean storm = weather > 0.85;
        double scale = fine ? 0 : storm ? 0.3 : 0.03;
        long rate = chance(0.4) ? (long) (500_000 * Math.pow(1000, random.nextDouble())) : 0;
        return new Path(
                delay,
                fine || chance(0.5) ? 0 : random.nextLong(delay + MILLI),
                rarely(scale),
                rarely(scale),
                rarely(scale),
                rate,
                rate > 0 && chance(0.5) ? 20_000 + random.nextLong(200_000) : 0,
                rarely(scale / 10),
                1 + random.nextInt(10),
                rarely(scale),
                rarely(0.1),
                chance(0.15) ? mtu(leastMtu) : 0,
                chance(0.05),
                storm && chance(0.3) ? SECOND + random.nextLong(MINUTE) : 0,
                random.nextLong(20 * SECOND));
    }

    private int mtu(int least) {
        return least + random.nextInt(1500 - least);
    }

    /** A probability up to a most; often none. */
    private double rarely(double most) {
        return chance(0.5) ? 0 : most * random.nextDouble();
    }

    private List<Service> services(List<Machine> machines) {
        int count = 1 + random.nextInt(3);
        List<Service> services = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int machine = random.nextInt(machines.size());
            boolean ipv6 = machines.stream().allMatch(each -> each.mtu() >= LEAST_V6_MTU) && chance(0.6);
            int backlog = chance(0.7) ? 128 : random.nextInt(4);
            long every = chance(0.7) ? 0 : random.nextLong(3 * SECOND);
            services.add(new Service(machine, FIRST_PORT + i, ipv6, backlog, every, Knobs.listenerOptions(random)));
        }
        return services;
    }

    private List<Dialog> dialogs(int hosts, List<Service> services) {
        int count = 1 + Math.min(random.nextInt(12), random.nextInt(12));
        long within = chance(0.3) ? 0 : random.nextLong(chance(0.8) ? 5 * SECOND : 5 * MINUTE) + 1;
        List<Dialog> dialogs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int service = random.nextInt(services.size());
            int client = random.nextInt(hosts);
            long at = within == 0 ? 0 : random.nextLong(within);
            long there = octets();
            long back = octets();
            Side caller = side(there, back);
            Side answerer = side(back, there);
            boolean both = caller.ending() == Ending.LAST && answerer.ending() == Ending.LAST;
            dialogs.add(new Dialog(service, client, at, caller, both ? orderly(answerer) : answerer));
        }
        return dialogs;
    }

    private static Side orderly(Side side) {
        return new Side(
                side.octets(),
                side.piece(),
                side.writeEvery(),
                side.readEvery(),
                side.flags(),
                Ending.ORDERLY,
                side.patience(),
                side.options());
    }

    /** Nothing, a word, a page, and now and then a megabyte. */
    private long octets() {
        double size = random.nextDouble();
        return switch (random.nextInt(20)) {
            case 0, 1 -> 0;
            case 2, 3, 4, 5 -> (long) Math.pow(10, 2 * size);
            case 6 -> (long) Math.pow(10, 3 + 3 * size);
            default -> (long) Math.pow(10, 2 + 3 * size);
        };
    }

    private Side side(long octets, long toRead) {
        int piece = 1 + (int) Math.pow(10, 1 + random.nextDouble() * 3.8);
        boolean slow = chance(0.2);
        Ending ending = switch (random.nextInt(16)) {
            case 0 -> Ending.RESET;
            case 1 -> Ending.CLOSE;
            case 2, 3, 4 -> Ending.LAST;
            default -> Ending.ORDERLY;
        };
        return new Side(
                octets,
                piece,
                slow || chance(0.2) ? pace(octets / piece) : 0,
                slow ? pace(toRead / piece) : 0,
                chance(0.1) ? Stack.MSG_MORE : 0,
                ending,
                chance(0.05) ? random.nextLong(MINUTE) : Long.MAX_VALUE,
                Knobs.options(random));
    }

    /** So slow that so many steps take minutes, not days. */
    private long pace(long steps) {
        return 1 + random.nextLong(MINUTE / (1 + steps));
    }

    private List<Trouble> troubles(int hosts, int cables, int leastMtu) {
        List<Trouble> troubles = new ArrayList<>();
        if (chance(0.75)) {
            return troubles;
        }
        for (int i = random.nextInt(4); i >= 0; i--) {
            long at = random.nextLong(20 * SECOND);
            troubles.add(
                    switch (random.nextInt(4)) {
                        case 0 -> new Trouble.Restart(random.nextInt(hosts), at);
                        case 1 -> new Trouble.Pause(random.nextInt(hosts), at, random.nextLong(10 * MINUTE));
                        case 2 -> new Trouble.NewMtu(random.nextInt(cables), at, mtu(leastMtu));
                        default -> new Trouble.Partition(random.nextInt(cables), at, random.nextLong(30 * MINUTE));
                    });
        }
        return troubles;
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }
}
