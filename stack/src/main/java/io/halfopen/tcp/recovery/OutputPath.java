package io.halfopen.tcp.recovery;

import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.transmit.Emitter;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.tcp.transmit.Transmission;
import io.halfopen.tcp.transmit.XmitTimer;

/** What sends, and decides what is sent: the parts know each other, and none of them has state of its own. */
public final class OutputPath {
    public final XmitTimer xmitTimer;
    public final LossDetection detection;
    public final WindowReduction reduction;
    public final Retransmission retransmission;
    public final Transmission transmission;
    public final Timeouts timeouts;

    public OutputPath(Core core, Output output) {
        xmitTimer = new XmitTimer(core);
        detection = new LossDetection(core);
        reduction = new WindowReduction(core, detection);
        Emitter emitter = new Emitter(core, output);
        retransmission = new Retransmission(core, emitter, xmitTimer, detection, reduction);
        transmission = new Transmission(core, emitter, xmitTimer, reduction::enterCwr);
        timeouts = new Timeouts(core, xmitTimer, detection, reduction, retransmission, transmission);
    }
}
