package io.halfopen.app.lab;

import io.halfopen.app.Style;
import io.halfopen.trace.NetstatTable;
import io.halfopen.trace.NstatTable;
import io.halfopen.trace.Pcapng;
import io.halfopen.trace.SsTable;
import io.halfopen.trace.TcpdumpText;
import io.halfopen.trace.TcpdumpTime;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What {@code --show} can show, each as the tool of that name prints it. */
enum Show {
    timeline {
        @Override
        void print(Experiment experiment, LabReport report, PrintWriter out, Style style) {
            new Story(out, style, experiment.scenario().kernel())
                    .timeline(experiment.recorder().moments(), true);
        }
    },
    connections {
        @Override
        void print(Experiment experiment, LabReport report, PrintWriter out, Style style) {
            new Story(out, style, experiment.scenario().kernel()).connections(report.clients(), true);
        }
    },
    ss {
        @Override
        void print(Experiment experiment, LabReport report, PrintWriter out, Style style) {
            out.print(SsTable.listening(experiment.stack().snapshot()));
            out.print(SsTable.all(experiment.stack().snapshot()));
        }
    },
    netstat {
        @Override
        void print(Experiment experiment, LabReport report, PrintWriter out, Style style) {
            out.print(NetstatTable.all(experiment.stack().snapshot()));
        }
    },
    nstat {
        @Override
        void print(Experiment experiment, LabReport report, PrintWriter out, Style style) {
            out.print(NstatTable.nonZero(experiment.stack()::counter));
        }
    },
    tcpdump {
        @Override
        void print(Experiment experiment, LabReport report, PrintWriter out, Style style) {
            TcpdumpText text = new TcpdumpText();
            for (Recorder.Packet packet : experiment.recorder().packets()) {
                byte[] bytes = packet.bytes();
                out.println(TcpdumpTime.CLOCK.prefix(packet.time()) + text.line(bytes, 0, bytes.length));
            }
        }
    };

    abstract void print(Experiment experiment, LabReport report, PrintWriter out, Style style);

    /** The packets as a capture file that Wireshark reads, with the rule as each packet's comment. */
    static void writePcap(Path file, List<Recorder.Packet> packets) throws IOException {
        try (Pcapng pcap = new Pcapng(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (Recorder.Packet packet : packets) {
                byte[] bytes = packet.bytes();
                pcap.packet(packet.time(), bytes, 0, bytes.length, Pcapng.comment(packet.rule()));
            }
        }
    }
}
