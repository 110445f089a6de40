package io.halfopen.lab.server;

import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.SocketRow;

/** One connection of an {@link ArticleServer}, from accept() to close(): read, answer, and perhaps once more. */
final class Worker implements Calls.ReadyListener {
    /** Hears that the connection is closed; {@code result} is 0 or the error that ended it, negated; {@code worked}: a worker is free. */
    interface Done {
        void onDone(SocketRow connection, int result, boolean worked);
    }

    /** Has the work done that a request asks for, at once or when there is a worker for it. */
    interface Hands {
        void onRequest(Runnable work);
    }

    private final int fd;
    private final ArticleServer.Plan plan;
    private final Calls calls;
    private final byte[] readBuffer;
    private final Hands hands;
    private final Done whenDone;
    private final SocketRow connection;
    private final HttpRequest http = new HttpRequest();
    private Answer answer;
    private boolean answering;
    private boolean asked;
    private boolean working;
    private boolean keeping;
    private int piece;
    private int pieceWritten;
    private long fillerWritten;
    private boolean answered;
    private boolean done;

    Worker(int fd, ArticleServer.Plan plan, Calls calls, byte[] readBuffer, Hands hands, Done whenDone) {
        this.fd = fd;
        this.plan = plan;
        this.calls = calls;
        this.readBuffer = readBuffer;
        this.hands = hands;
        this.whenDone = whenDone;
        this.working = !plan.acceptance().apart();
        this.connection = calls.row(fd);
        this.answer = plan.answer();
    }

    SocketRow connection() {
        return connection;
    }

    void start() {
        if (plan.kept() != null) {
            // The end of an answer must not wait for the ACK of what is before it: no close() pushes it.
            calls.setsockopt(fd, SocketOption.TCP_NODELAY, 1);
        }
        calls.watch(fd, this);
        onReady(0);
    }

    @Override
    public void onReady(int events) {
        if (done || asked && !answering) {
            return;
        }
        int result = 0;
        while (result == 0 && !done) {
            result = answering ? writeAnswer() : readRequest();
        }
        if (result < 0 && result != -Errno.EAGAIN) {
            close(result);
        }
    }

    /** 0 once there is enough of it, or the client will send no more; -EAGAIN while there is not. */
    private int readRequest() {
        boolean enough = plan.request() == Request.NONE || http.isComplete();
        while (!enough) {
            int count = calls.read(fd, readBuffer, 0, readBuffer.length);
            if (count < 0) {
                return count;
            }
            if (count == 0 && answered) {
                close(0);
                return 0;
            }
            enough = count == 0 || plan.request() == Request.ANYTHING || isHttpComplete(count);
        }
        Answer kept = plan.kept();
        keeping = kept != null && http.remove();
        answer = kept != null && keeping ? kept : plan.answer();
        if (!plan.acceptance().apart()) {
            answering = true;
            return 0;
        }
        asked = true;
        hands.onRequest(this::work);
        return answering ? 0 : -Errno.EAGAIN;
    }

    /** A worker of a pool works before it answers, and is free after that. */
    private void work() {
        working = true;
        if (plan.service() == 0) {
            answerRequest();
        } else if (plan.service() != ArticleServer.NEVER) {
            calls.after(plan.service(), this::answerRequest);
        }
    }

    private void answerRequest() {
        if (!done) {
            answering = true;
            onReady(0);
        }
    }

    private boolean isHttpComplete(int count) {
        http.add(readBuffer, count);
        return http.isComplete();
    }

    /** 0 once all of it is written. */
    private int writeAnswer() {
        while (piece < answer.pieces().size()) {
            byte[] bytes = answer.pieces().get(piece);
            int count = calls.write(fd, bytes, pieceWritten, bytes.length - pieceWritten);
            if (count < 0) {
                return count;
            }
            pieceWritten += count;
            if (pieceWritten == bytes.length) {
                piece++;
                pieceWritten = 0;
            }
        }
        while (fillerWritten < answer.filler()) {
            int at = Answer.fillerOffset(fillerWritten);
            int count = calls.write(fd, Answer.FILLER, at, answer.fillerLength(fillerWritten));
            if (count < 0) {
                return count;
            }
            fillerWritten += count;
        }
        onAnswered();
        return 0;
    }

    private void onAnswered() {
        if (keeping) {
            answered = true;
            answering = false;
            piece = 0;
            fillerWritten = 0;
            return;
        }
        done = true;
        if (plan.service() == 0 || plan.acceptance().apart()) {
            close(0);
        } else if (plan.service() != ArticleServer.NEVER) {
            calls.after(plan.service(), () -> close(0));
        }
    }

    private void close(int result) {
        done = true;
        calls.close(fd);
        whenDone.onDone(connection, result, working);
    }
}
