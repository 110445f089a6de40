package io.halfopen.app.explain;

import io.halfopen.app.capture.TcpView;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection or the attempt at one, from its first SYN to its end: facts, without a judgement. Each packet also has a
 * remark, for the ladder.
 */
final class Conversation {
    /** What is the same this soon, ns, is one packet that was captured twice. */
    private static final long TWICE = 1_000_000L;

    /** Packets that were sent together arrive within this, ns. */
    private static final long SHORT = 50_000_000L;

    /** What is the same again this soon, ns, no timer has sent. */
    private static final long TOO_SOON = 700_000_000L;

    static final String TWO_CAPTURES = "captured twice";
    private static final String DUPLICATE = "duplicated on the way";

    final int number;
    final Endpoint client;
    final Endpoint server;
    /** It was there before the capture. */
    final boolean midLife;
    /** What was before on the same ports. */
    final @Nullable Conversation before;

    final Side fromClient = new Side();
    final Side fromServer = new Side();
    final long begin;
    long end;
    /** Different initial sequence numbers of the client: other attempts. */
    int attempts = 1;

    int wrongSynAcks;
    /** It came before any ACK of something else, and so may be what that answers. */
    boolean wrongSynAckFirst;

    /** RSTs of the client, before it was connected, with another number than its SYN's next: they answer what is not its. */
    int strangeResets;

    int strangeResetSeq;
    /** By how many ms the server's clock was ahead of the timestamp in its SYN-ACK, as the client's echoes show. */
    int echoLag = Integer.MIN_VALUE;

    private int firstEcho;
    private long firstEchoTime;
    /** SYNs that the server answered with an ACK without SYN. */
    int challenges;

    int clientResetsAfterChallenge;
    int ignoredResets;
    String ignoredBecause = "";
    /** RSTs to a SYN-ACK, with another number than that acknowledges. */
    int oddResets;
    /** RSTs after which the one in whose name they came went on. */
    int overtaken;

    long finalAck;
    int synAcksAfterFinal;
    int acksAfterSynAck;
    int clientDataBeforeSynAckAgain;
    /** The first time that the server acknowledged data of the client or sent some. */
    long served;

    boolean synData;
    boolean synDataAcknowledged;
    int synDataLength;
    boolean ecnFallback;
    int icmpType = -1;
    int icmpCode;
    String icmpFrom = "";
    int synAckTimestamp;
    /**
     * By how many ms the server's clock was ahead of the timestamp in its SYN-ACK, as its next packet shows; less than 0
     * if packets were late; the least int if unknown.
     */
    int timestampLag = Integer.MIN_VALUE;

    private boolean lastWasSynAckAgain;
    private boolean lastWasChallenge;
    private boolean established;
    private long lastTime = Long.MIN_VALUE / 2;
    private long[] lastPacket = {};

    Conversation(
            int number, Endpoint client, Endpoint server, boolean midLife, @Nullable Conversation before, long begin) {
        this.number = number;
        this.client = client;
        this.server = server;
        this.midLife = midLife;
        this.before = before;
        this.begin = begin;
        end = begin;
    }

    boolean isFromClient(TcpView view) {
        return view.sourcePort == client.port() && view.source.equals(client.address());
    }

    /** A new SYN on the same ports begins something new once the old has come to something. */
    boolean isOverFor(TcpView syn) {
        boolean other = fromClient.isnKnown && syn.seq != fromClient.isn;
        boolean went = established || fromServer.handshakes > 0 && other || midLife;
        return (other || midLife) && went;
    }

    boolean isEstablished() {
        return established;
    }

    /** A SYN-ACK of another connection on the same ports, where the SYN was not seen. */
    boolean isOverForAnswer(TcpView synAck) {
        if (fromClient.handshakes > 0 || fromServer.packets == 0) {
            return false;
        }
        if (midLife) {
            return synAck.seq - fromServer.next >= 0 || fromServer.acks && synAck.ack - fromServer.acked > 0;
        }
        boolean other = synAck.seq != fromServer.isn && synAck.ack - fromClient.isn != 1;
        return other && (fromServer.finTime > 0 || fromServer.resetTime > 0 || fromServer.ackAdvanced > 0);
    }

    /** Both ends have said that they are done, or one has reset it. */
    boolean isClosed() {
        if (fromServer.packets == 0 || fromClient.packets == 0) {
            Side seen = fromServer.packets == 0 ? fromClient : fromServer;
            return seen.finTime > 0 && seen.resetTime == 0 && fromClient.resetTime == 0;
        }
        return fromClient.finTime > 0 && fromServer.finTime > 0
                || fromClient.resetTime > 0
                || fromServer.resetTime > 0 && established;
    }

    /** Who sent the first FIN. */
    boolean serverClosedFirst() {
        if (fromServer.packets == 0) {
            return fromClient.finTime > 0
                    && fromClient.acked == fromClient.finAck
                    && fromClient.finAck != fromClient.firstAck;
        }
        if (fromClient.packets == 0) {
            return fromServer.closedFirst();
        }
        return fromServer.finTime > 0 && (fromClient.finTime == 0 || fromServer.finTime <= fromClient.finTime);
    }

    void icmp(long time, TcpView view) {
        end = time;
        icmpType = view.icmpType;
        icmpCode = view.icmpCode;
        icmpFrom = view.reporter.toString();
    }

    /** Takes a packet, and says what it does. */
    String take(long time, TcpView view) {
        if (isSamePacket(time, view)) {
            return TWO_CAPTURES;
        }
        end = time;
        String remark = isFromClient(view) ? client(time, view) : server(time, view);
        lastWasSynAckAgain = !isFromClient(view) && view.isSynAck() && fromServer.handshakes > 1;
        return remark;
    }

    /** Seen on two interfaces, or on one that shows each packet as it leaves and as it arrives. */
    private boolean isSamePacket(long time, TcpView view) {
        long[] now = {
            view.sourcePort, view.seq, view.ack, view.flags, view.payload, view.window, view.id, view.tsValue, view.ttl
        };
        boolean same = time - lastTime < TWICE && Arrays.equals(now, lastPacket) && view.id != 0;
        lastTime = time;
        lastPacket = now;
        return same;
    }

    private String client(long time, TcpView view) {
        if (view.isSyn()) {
            return fromClient.isDuplicate(time, view) ? DUPLICATE : syn(time, view);
        }
        boolean data = view.payload > 0;
        echo(time, view);
        boolean fresh = take(fromClient, fromServer, time, view);
        if (view.has(TcpHeader.RST)) {
            return clientReset(view);
        }
        if (!view.has(TcpHeader.ACK)) {
            return "without ACK: ignored";
        }
        boolean finishes = !midLife
                && finalAck == 0
                && (!fromServer.isnKnown || view.ack - fromServer.isn == 1 || fromServer.dataSegments > 0);
        if (finishes) {
            finalAck = time;
            established = true;
            return data ? "finishes the handshake, with data" : "finishes the handshake";
        }
        if (lastWasSynAckAgain && !data) {
            acksAfterSynAck++;
            return "the ACK once more";
        }
        if (data && !fresh) {
            return "data again";
        }
        return view.has(TcpHeader.FIN) ? "closes" : data ? "data" : "";
    }

    /** Takes what one end sent; if it acknowledges something, what the other sends is not in vain. */
    private boolean take(Side side, Side other, long time, TcpView view) {
        int acked = side.acked;
        boolean fresh = side.take(time, view);
        if (established && !view.has(TcpHeader.RST)) {
            boolean more = fresh && view.payload > 0 || side.acked != acked;
            side.goesOn |= more && side.resetTime > 0 && time - side.resetTime > SHORT;
            goneOn(side, other.packets == 0 && side == fromClient);
            goneOn(other, side.resetTime == 0);
        }
        other.vain = side.acked == acked ? other.vain : 0;
        return fresh;
    }

    /** What reset it goes on, and so does the other end: that RST was none. */
    private void goneOn(Side side, boolean heard) {
        if (side.goesOn && heard) {
            overtaken++;
            side.forgetReset();
        }
    }

    /** A client echoes the timestamp of the SYN-ACK at once, and later that of what came then. */
    private void echo(long time, TcpView view) {
        if (!view.timestamps || !view.has(TcpHeader.ACK) || view.tsEcho == 0) {
            return;
        }
        if (firstEchoTime == 0) {
            firstEcho = view.tsEcho;
            firstEchoTime = time;
        } else if (echoLag == Integer.MIN_VALUE && view.tsEcho != firstEcho) {
            long lag = view.tsEcho - firstEcho - (time - firstEchoTime) / 1_000_000L;
            echoLag = Math.clamp(lag, -1_000_000, 1_000_000);
        }
    }

    private String clientReset(TcpView view) {
        if (fromServer.packets == 0
                && fromClient.handshakes > 0
                && !established
                && !view.has(TcpHeader.ACK)
                && view.seq - fromClient.isn != 1) {
            strangeResets++;
            strangeResetSeq = view.seq;
            fromClient.forgetReset();
            return "an RST with a number of something else";
        }
        if (fromServer.handshakes > 0
                && !established
                && !synData
                && !view.has(TcpHeader.ACK)
                && view.seq - fromClient.isn != 1) {
            oddResets++;
            fromClient.forgetReset();
            return "an RST with a number of something else";
        }
        if (lastWasChallenge) {
            clientResetsAfterChallenge++;
            fromClient.forgetReset();
            lastWasChallenge = false;
            return "it knows nothing of that: RST";
        }
        if (wrongSynAcks > 0 && !established || ignoredResets > 0 && !established) {
            fromClient.forgetReset();
            return "it did not ask for that: RST";
        }
        return "reset by the client";
    }

    private String syn(long time, TcpView view) {
        boolean again = fromClient.handshakes > 0;
        boolean other = again && view.seq != fromClient.isn;
        attempts += other ? 1 : 0;
        boolean ecn = view.has(TcpHeader.ECE) && view.has(TcpHeader.CWR);
        ecnFallback |= again && fromClient.ecn && !ecn && fromServer.handshakes == 0;
        if (view.payload > 0) {
            synData = true;
            synDataLength = view.payload;
        }
        fromClient.packets++;
        fromClient.handshake(time, view);
        fromClient.ttl = view.ttl;
        if (view.timestamps) {
            fromClient.sendsTimestamps = true;
            fromClient.greatestTimestamp = view.tsValue;
        }
        fromClient.known = true;
        fromClient.next = view.seq + 1;
        return !again ? "wants to connect" : other ? "another attempt from the same port" : "the SYN again";
    }

    private String server(long time, TcpView view) {
        if (view.isSynAck()) {
            return synAck(time, view);
        }
        if (view.has(TcpHeader.RST)) {
            return serverReset(time, view);
        }
        take(fromServer, fromClient, time, view);
        if (timestampLag == Integer.MIN_VALUE
                && view.timestamps
                && synAckTimestamp != 0
                && fromServer.handshakes == 1) {
            long elapsed = (time - fromServer.handshakeTimes[0]) / 1_000_000L;
            long lag = view.tsValue - synAckTimestamp - elapsed;
            timestampLag = Math.clamp(lag, -1_000_000, 1_000_000);
        }
        boolean trying = fromClient.handshakes > 0 && !established && fromServer.handshakes == 0;
        if (trying && view.has(TcpHeader.ACK)) {
            if (view.has(TcpHeader.FIN)) {
                fromServer.finTime = 0;
                return "belongs to no connection of the client's";
            }
            challenges++;
            lastWasChallenge = true;
            return "an ACK of something else";
        }
        boolean answers = view.payload > 0
                || view.has(TcpHeader.FIN)
                || fromClient.firstData > 0 && fromClient.isnKnown && view.ack - (fromClient.isn + 1) > 0;
        if (answers && served == 0) {
            served = time;
        }
        return view.has(TcpHeader.FIN) ? "closes" : view.payload > 0 ? "data" : "";
    }

    private String synAck(long time, TcpView view) {
        if (fromClient.isnKnown && !midLife) {
            int acked = view.ack - fromClient.isn;
            boolean all = synData && acked == synDataLength + 1;
            if (acked != 1 && !all && fromClient.handshakes > 0) {
                wrongSynAcks++;
                wrongSynAckFirst |= challenges == 0;
                return "a SYN-ACK for somebody else";
            }
            synDataAcknowledged |= all;
        } else {
            fromClient.isn = view.ack - 1;
            fromClient.isnKnown = true;
        }
        boolean again = fromServer.handshakes > 0 && view.seq == fromServer.isn;
        if (fromServer.isDuplicate(time, view)) {
            return DUPLICATE;
        }
        boolean soon = again && time - fromServer.lastHandshake() < TOO_SOON;
        fromServer.take(time, view);
        fromServer.handshake(time, view);
        synAckTimestamp = view.timestamps ? view.tsValue : 0;
        if (finalAck > 0 && soon) {
            return "the SYN-ACK again, already on its way";
        }
        if (finalAck > 0) {
            synAcksAfterFinal++;
            clientDataBeforeSynAckAgain += fromClient.firstData > 0 ? 1 : 0;
            return "SYN-ACK after its ACK";
        }
        return again ? "the SYN-ACK again" : "answers";
    }

    private String serverReset(long time, TcpView view) {
        boolean trying = fromClient.handshakes > 0 && !established;
        if (trying && view.has(TcpHeader.ACK) && isNoAnswer(view)) {
            ignoredResets++;
            return "an RST that does not count: " + ignoredBecause;
        }
        fromServer.take(time, view);
        return trying ? "refused" : "reset by the server";
    }

    /** What a client in SYN_SENT looks at: the number that is acknowledged, and the timestamp that is echoed. */
    private boolean isNoAnswer(TcpView view) {
        if (view.ack - fromClient.isn != 1 && !(synData && view.ack - fromClient.isn == synDataLength + 1)) {
            ignoredBecause = "it acknowledges what was not sent";
            return true;
        }
        if (view.timestamps && fromClient.sendsTimestamps && view.tsEcho != 0) {
            int age = fromClient.greatestTimestamp - view.tsEcho;
            if (age < 0 || age > 200_000) {
                ignoredBecause = "it echoes a timestamp that was never sent";
                return true;
            }
        }
        return false;
    }

    /** The times between SYNs or SYN-ACKs, s. */
    static List<Double> gaps(Side side) {
        List<Double> gaps = new ArrayList<>();
        for (int i = 1; i < side.times(); i++) {
            gaps.add((side.handshakeTimes[i] - side.handshakeTimes[i - 1]) / 1e9);
        }
        return gaps;
    }
}
