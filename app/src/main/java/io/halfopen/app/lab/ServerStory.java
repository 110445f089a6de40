package io.halfopen.app.lab;

import io.halfopen.app.server.ArticleServer;
import io.halfopen.sim.World;
import io.halfopen.tcp.SocketRow;

/** Tells what the server does as news of the client that it does it to. */
final class ServerStory implements ArticleServer.Observer {
    private final World world;
    private final Recorder recorder;

    ServerStory(World world, Recorder recorder) {
        this.world = world;
        this.recorder = recorder;
    }

    @Override
    public void onAccepted(SocketRow connection) {
        LabClient client = recorder.clientAt(connection.remoteAddress(), connection.remotePort());
        if (client != null) {
            client.accepted();
            recorder.tell(world.now(), client.id(), "accept()ed by the server");
        }
    }

    @Override
    public void onClosed(SocketRow connection, int result) {
        // The client's read() tells the same.
    }
}
