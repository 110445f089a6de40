package io.halfopen.app.ui;

import io.halfopen.app.Subcommand;
import io.halfopen.app.live.LiveFolder;
import io.halfopen.web.Page;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code halfopen ui}: the page with the stack in it, until somebody ends it. */
@Command(
        name = "ui",
        description = {
            "Serve the page on this machine's loopback: the lab as a picture, with the stack running in the page.",
            "",
            "It also shows what each halfopen serve of this user does, in whatever network namespace: both queues,"
                    + " counters, the last drops.",
            "The same page as a file: halfopen lab --html FILE.",
            ""
        },
        mixinStandardHelpOptions = true)
public final class UiCommand extends Subcommand {
    private static final int DEFAULT_PORT = 8098;
    private static final int MOST_PORT = 65535;

    /** The page's own address for what servers do. */
    private static final String LIVE = "{\"live\":\"live\"}";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port on 127.0.0.1; 0: any that is free (" + DEFAULT_PORT + ").")
    private int port = DEFAULT_PORT;

    @Option(
            names = "--live",
            paramLabel = "FOLDER",
            description = "Where halfopen serve was told to be found, if it was.")
    private @Nullable Path live;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port < 0 || port > MOST_PORT) {
            throw bad("--port takes 0 to " + MOST_PORT + ", not " + port);
        }
        try (PageServer server = new PageServer(Page.with(LIVE), port, LiveFolder.of(live))) {
            out().println(server.address() + "  (Ctrl-C ends it)");
            out().flush();
            new CountDownLatch(1).await();
        } catch (BindException taken) {
            throw bad("port " + port + " of 127.0.0.1 is taken: choose another with --port");
        }
        return 0;
    }
}
