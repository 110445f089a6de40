package io.halfopen.nio;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Whether anything goes on among the programs, which automatic time waits for to end: no call for a while, and no
 * thread at work. A thread waits that is parked, sleeps or sits in a call of the operating system; nobody can know what
 * a thread computes that never used the network, so the whole JVM is looked at.
 */
final class Idleness {
    /** No call for so long: a thread that was woken has had the time to begin, ns. It takes longer on a busy machine. */
    private static final long QUIET = 2_000_000L;

    private static final long MOST_QUIET = 50_000_000L;

    /** So many times as long as the driver itself was late to wake up. */
    private static final int LATENESSES = 10;

    /** So often threads are looked at that are at work, ns. */
    static final long AGAIN = 1_000_000L;

    /** Whoever computes for so long without a call is none of the network's business, ns. */
    private static final long ENDLESS = 1_000_000_000L;

    /** A thread that has no frame for longer is none that begins: JFR's own never has any, ns. */
    private static final long BEGINNING = 100_000_000L;

    private static final List<String> OWN_WORK = List.of(
            "java.lang.", "java.util.", "java.io.RandomAccessFile", "jdk.internal.misc.", "jdk.internal.loader.");

    /** They have native methods that wait, in a thread that calls itself runnable. */
    private static final Set<String> WAITING_IN_JAVA_LANG = Set.of(
            "java.lang.ref.Reference",
            "java.lang.ProcessImpl",
            "java.lang.ProcessHandleImpl",
            "java.lang.VirtualThread");

    private final Thread driver;
    private final Map<Thread, Boolean> users = new WeakHashMap<>();

    /** Threads without a frame, and since when. */
    private final Map<Thread, Long> beginners = new WeakHashMap<>();

    private long touched = System.nanoTime();
    private long due = touched;
    private long late;

    Idleness(Thread driver) {
        this.driver = driver;
    }

    /** This thread uses the network. */
    void add(Thread thread) {
        users.put(thread, true);
    }

    void touch() {
        touched = System.nanoTime();
    }

    /** How long to wait before time may jump, ns; 0 if it may now. Whoever asks waits for so long, and asks again. */
    long lacks() {
        long now = System.nanoTime();
        late = Math.max(late - late / LATENESSES, now - due);
        long lacks = lacks(now - touched);
        due = System.nanoTime() + lacks;
        return lacks;
    }

    private long lacks(long quiet) {
        long needed = Math.clamp(late * LATENESSES, QUIET, MOST_QUIET);
        if (quiet < needed) {
            return needed - quiet;
        }
        return quiet < ENDLESS && isBusy() ? AGAIN : 0;
    }

    private boolean isBusy() {
        Set<Thread> all = users.keySet();
        all.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
        for (Thread thread : all) {
            if (thread.isVirtual() && isRunning(thread)) {
                return true;
            }
        }
        for (Map.Entry<Thread, StackTraceElement[]> entry :
                Thread.getAllStackTraces().entrySet()) {
            Thread thread = entry.getKey();
            StackTraceElement[] frames = entry.getValue();
            if (thread != driver && isRunning(thread) && (frames.length == 0 ? begins(thread) : isInJava(frames))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isRunning(Thread thread) {
        Thread.State state = thread.getState();
        return state == Thread.State.RUNNABLE || state == Thread.State.BLOCKED;
    }

    /** A thread without a frame has been started and not yet begun; the JVM's own never have any. */
    private boolean begins(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        if (group == null || group.getParent() == null) {
            return false;
        }
        long now = System.nanoTime();
        return now - beginners.computeIfAbsent(thread, unseen -> now) < BEGINNING;
    }

    /**
     * A thread in a native method waits for the operating system, as far as anybody can tell, unless the method is one that
     * the JVM has for its own work: what loads a class, unpacks it or asks for the time is computing.
     */
    private static boolean isInJava(StackTraceElement[] frames) {
        return !frames[0].isNativeMethod() || isOwnWork(frames[0].getClassName());
    }

    private static boolean isOwnWork(String type) {
        return !WAITING_IN_JAVA_LANG.contains(type) && OWN_WORK.stream().anyMatch(type::startsWith);
    }
}
