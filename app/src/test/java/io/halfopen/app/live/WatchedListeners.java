package io.halfopen.app.live;

import java.util.List;

/** The process of {@link ListenersMain}, for the tests of {@code watch}. */
final class WatchedListeners {
    private WatchedListeners() {}

    static RealProcess start(NetNamespace namespace) throws Exception {
        List<String> command = Halfopen.java(ListenersMain.class.getName());
        RealProcess listeners = namespace.start(command.toArray(String[]::new));
        listeners.awaitOut("ready");
        return listeners;
    }

    /** Has it do something, and waits until that is done. */
    static void tell(RealProcess listeners, String command) throws Exception {
        listeners.write(command + "\n");
        listeners.awaitOut("done " + command + "\n");
    }

    /** Until {@code watch --json} sees them. Its first report may say 0.99 seconds, and the next 2.00. */
    static void awaitReport(RealProcess watch) throws Exception {
        watch.awaitOut("\"seconds\":");
    }
}
