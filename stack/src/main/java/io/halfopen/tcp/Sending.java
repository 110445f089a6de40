package io.halfopen.tcp;

/** What sends, and decides what is sent: the parts know each other, and none of them has state of its own. */
final class Sending {
    final XmitTimer xmitTimer;
    final LossDetection detection;
    final WindowReduction reduction;
    final Retransmission retransmission;
    final Transmission transmission;
    final Timeouts timeouts;

    Sending(Core core, Output output) {
        xmitTimer = new XmitTimer(core);
        detection = new LossDetection(core);
        reduction = new WindowReduction(core, detection);
        retransmission = new Retransmission(core, output, xmitTimer, detection, reduction);
        transmission = new Transmission(core, output, xmitTimer);
        timeouts = new Timeouts(core, xmitTimer, detection, reduction, retransmission, transmission);
    }
}
