package io.halfopen.app.lab;

import io.halfopen.app.server.ArticleServer;
import io.halfopen.app.server.Calls;
import io.halfopen.tcp.SocketRow;

/** Tells what the server does as news of the client that it does it to. */
final class ServerStory implements ArticleServer.Observer {
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
            client.accepted();
            recorder.tell(calls.now(), client.id(), "accept()ed by the server");
        }
    }

    @Override
    public void onClosed(SocketRow connection, int result) {
        // The client's read() tells the same.
    }
}
