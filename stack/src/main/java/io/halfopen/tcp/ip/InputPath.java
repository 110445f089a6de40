package io.halfopen.tcp.ip;

import io.halfopen.tcp.connection.ConnectionInput;
import io.halfopen.tcp.connection.KeepAliveProbes;
import io.halfopen.tcp.connection.TimeWaitInput;
import io.halfopen.tcp.handshake.Dormancy;
import io.halfopen.tcp.handshake.FastOpenClient;
import io.halfopen.tcp.handshake.FastOpenInput;
import io.halfopen.tcp.handshake.HalfOpenInput;
import io.halfopen.tcp.handshake.ListenInput;
import io.halfopen.tcp.handshake.Migration;
import io.halfopen.tcp.handshake.Promotion;
import io.halfopen.tcp.handshake.SynRecvInput;
import io.halfopen.tcp.handshake.SynSentInput;
import io.halfopen.tcp.recovery.OutputPath;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.transmit.Output;

/** What takes in packets and fires timers: the parts know each other, as those of {@link OutputPath} do. */
public final class InputPath {
    public final TimeWaitInput timeWaitInput;
    public final Dormancy dormancy;
    public final Migration migration;
    public final SynRecvInput synRecvInput;
    public final SynSentInput synSentInput;
    public final FastOpenClient fastOpenClient;
    public final IpInput ipInput;
    public final TimerInput timerInput;

    public InputPath(Core core, Output output, OutputPath outputPath) {
        timeWaitInput = new TimeWaitInput(core, output);
        ConnectionInput connectionInput = new ConnectionInput(core, output, outputPath, timeWaitInput);
        Promotion promotion = new Promotion(core, connectionInput);
        dormancy = new Dormancy(core, promotion);
        migration = new Migration(core, outputPath.transmission, dormancy);
        HalfOpenInput halfOpenInput = new HalfOpenInput(core, output, promotion, migration);
        FastOpenInput fastOpenInput =
                new FastOpenInput(core, output, halfOpenInput, connectionInput, promotion, outputPath.xmitTimer);
        ListenInput listenInput = new ListenInput(core, output, promotion, fastOpenInput);
        synRecvInput = new SynRecvInput(core, output, outputPath, connectionInput);
        fastOpenClient = new FastOpenClient(core);
        synSentInput = new SynSentInput(core, output, outputPath, synRecvInput, fastOpenClient);
        SegmentDispatch input = new SegmentDispatch(
                core,
                output,
                dormancy,
                listenInput,
                halfOpenInput,
                fastOpenInput,
                synSentInput,
                synRecvInput,
                connectionInput,
                timeWaitInput,
                migration);
        IcmpOutput icmpOutput = new IcmpOutput(core, output);
        IcmpInput icmpInput = new IcmpInput(core, dormancy, halfOpenInput, synSentInput, outputPath, icmpOutput);
        ipInput = new IpInput(core, input, icmpInput, icmpOutput);
        timerInput = new TimerInput(
                core,
                halfOpenInput,
                fastOpenInput,
                synSentInput,
                synRecvInput,
                connectionInput,
                outputPath.timeouts,
                new KeepAliveProbes(core, outputPath.transmission, timeWaitInput),
                timeWaitInput,
                ipInput);
    }
}
