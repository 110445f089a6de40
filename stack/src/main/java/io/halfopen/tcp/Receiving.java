package io.halfopen.tcp;

/** What takes in packets and fires timers: the parts know each other, as those of {@link Sending} do. */
final class Receiving {
    final TimeWaits timeWaits;
    final Dormancy dormancy;
    final Migration migration;
    final SynRecvInput synRecvInput;
    final SynSentInput synSentInput;
    final FastOpenClient fastOpenClient;
    final IpInput ipInput;
    final TimerInput timerInput;

    Receiving(Core core, Output output, Sending sending) {
        timeWaits = new TimeWaits(core, output);
        ConnectionInput connectionInput = new ConnectionInput(core, output, sending, timeWaits);
        Promotion promotion = new Promotion(core, connectionInput);
        dormancy = new Dormancy(core, promotion);
        migration = new Migration(core, sending.transmission, dormancy);
        HalfOpenInput halfOpenInput = new HalfOpenInput(core, output, promotion, migration);
        FastOpenInput fastOpenInput =
                new FastOpenInput(core, output, halfOpenInput, connectionInput, promotion, sending.xmitTimer);
        ListenInput listenInput = new ListenInput(core, output, promotion, fastOpenInput);
        synRecvInput = new SynRecvInput(core, output, sending, connectionInput);
        fastOpenClient = new FastOpenClient(core);
        synSentInput = new SynSentInput(core, output, sending, synRecvInput, fastOpenClient);
        Input input = new Input(
                core, output,
                dormancy,
                listenInput,
                halfOpenInput,
                fastOpenInput,
                synSentInput,
                synRecvInput,
                connectionInput,
                timeWaits,
                migration);
        IcmpOutput icmpOutput = new IcmpOutput(core, output);
        IcmpInput icmpInput = new IcmpInput(core, dormancy, halfOpenInput, synSentInput, sending, icmpOutput);
        ipInput = new IpInput(core, input, icmpInput, icmpOutput);
        timerInput = new TimerInput(
                core,
                halfOpenInput,
                fastOpenInput,
                synSentInput,
                synRecvInput,
                connectionInput,
                sending.timeouts,
                new KeepAlives(core, sending.transmission, timeWaits),
                timeWaits,
                ipInput);
    }
}
