package io.halfopen.link;

/** An {@link OffloadTun} for two threads: one that receives and waits, and one that sends. */
public final class SharedTun implements AutoCloseable {
    private final OffloadTun tun;
    private final Object lock = new Object();

    /** Nobody else may use it from now on. */
    public SharedTun(OffloadTun tun) {
        this.tun = tun;
    }

    public String name() {
        return tun.name();
    }

    /** See {@link Link#receive}. */
    public int receive(byte[] buffer) throws LinkException {
        synchronized (lock) {
            return tun.receive(buffer);
        }
    }

    /** See {@link Link#send}; the packet waits for others until {@link #flush}. */
    public void send(byte[] bytes, int offset, int length) {
        synchronized (lock) {
            tun.send(bytes, offset, length);
        }
    }

    /** What was sent leaves. */
    public void flush() {
        synchronized (lock) {
            tun.flush();
        }
    }

    /** Waits until there may be a packet, once {@link #receive} has said that there is none, or {@link #wakeUp} is called. */
    public void await() throws LinkException {
        tun.awaitPacket();
    }

    public void wakeUp() {
        tun.wakeUp();
    }

    /** Only when nobody waits, or will. */
    @Override
    public void close() {
        synchronized (lock) {
            tun.close();
        }
    }
}
