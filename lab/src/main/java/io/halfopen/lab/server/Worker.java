package io.halfopen.lab.server;

import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.SocketRow;
import org.jspecify.annotations.Nullable;

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

    /** What all workers of a server have in common. */
    record House(ArticleServer.Plan plan, Calls calls, byte[] readBuffer, Hands hands, Done whenDone) {}

    // There may be a million that are idle: nothing is kept that can be asked for, or is made again when it is needed.
    private final int fd;
    private final House house;

    /** What was read and not answered; null for nothing. */
    private @Nullable HttpRequest http;

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

    Worker(int fd, House house) {
        this.fd = fd;
        this.house = house;
        this.working = !house.plan.acceptance().apart();
        this.answer = house.plan.answer();
    }

    void start() {
        if (house.plan.kept() != null) {
            // The end of an answer must not wait for the ACK of what is before it: no close() pushes it.
            house.calls.setsockopt(fd, SocketOption.TCP_NODELAY, 1);
        }
        house.calls.watch(fd, this);
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
        boolean enough = house.plan.request() == Request.NONE || http != null && http.isComplete();
        while (!enough) {
            int count = house.calls.read(fd, house.readBuffer, 0, house.readBuffer.length);
            if (count < 0) {
                return count;
            }
            if (count == 0 && answered) {
                close(0);
                return 0;
            }
            enough = count == 0 || house.plan.request() == Request.ANYTHING || isHttpComplete(count);
        }
        Answer kept = house.plan.kept();
        keeping = kept != null && removeRequest();
        answer = kept != null && keeping ? kept : house.plan.answer();
        if (!house.plan.acceptance().apart()) {
            answering = true;
            return 0;
        }
        asked = true;
        house.hands.onRequest(this::work);
        return answering ? 0 : -Errno.EAGAIN;
    }

    /** A worker of a pool works before it answers, and is free after that. */
    private void work() {
        working = true;
        if (house.plan.service() == 0) {
            answerRequest();
        } else if (house.plan.service() != ArticleServer.NEVER) {
            house.calls.after(house.plan.service(), this::answerRequest);
        }
    }

    private void answerRequest() {
        if (!done) {
            answering = true;
            onReady(0);
        }
    }

    private boolean isHttpComplete(int count) {
        HttpRequest request = http == null ? new HttpRequest() : http;
        http = request;
        request.add(house.readBuffer, count);
        return request.isComplete();
    }

    /** True if its sender may go on with another request. */
    private boolean removeRequest() {
        HttpRequest request = http;
        boolean keeps = request != null && request.remove();
        http = request != null && request.isEmpty() ? null : request;
        return keeps;
    }

    /** 0 once all of it is written. */
    private int writeAnswer() {
        while (piece < answer.pieces().size()) {
            byte[] bytes = answer.pieces().get(piece);
            int count = house.calls.write(fd, bytes, pieceWritten, bytes.length - pieceWritten);
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
            int count = house.calls.write(fd, Answer.FILLER, at, answer.fillerLength(fillerWritten));
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
        if (house.plan.service() == 0 || house.plan.acceptance().apart()) {
            close(0);
        } else if (house.plan.service() != ArticleServer.NEVER) {
            house.calls.after(house.plan.service(), () -> close(0));
        }
    }

    private void close(int result) {
        done = true;
        SocketRow connection = house.calls.row(fd);
        house.calls.close(fd);
        house.whenDone.onDone(connection, result, working);
    }
}
