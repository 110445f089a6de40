package io.halfopen.lab;

import io.halfopen.lab.server.ArticleServer;
import io.halfopen.lab.server.Calls;
import io.halfopen.tcp.SocketRow;

/** Tells what the server does as news of the client that it does it to. */
public final class ServerStory implements ArticleServer.Observer {
    public static final String ACCEPTED = "accept()ed by the server";

    private final Calls calls;
    private final Recorder recorder;

    ServerStory(Calls calls, Recorder recorder) {
        this.calls = calls;
        this.recorder = recorder;
    }

    @Override
    public void onAccepted(SocketRow connection) {
        LabClient client = recorder.clientAt(connection.remoteAddress(), connection.remotePort());
        if (client != null) {
            boolean wanted = client.accepted(connection.remotePort());
            String what = wanted ? ACCEPTED : "accept()ed, but it has given up";
            recorder.tell(calls.now(), client.id(), what);
        }
    }

    @Override
    public void onClosed(SocketRow connection, int result) {
        // The client's read() tells the same.
    }
}
