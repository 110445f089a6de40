package io.halfopen.app.lab;

import io.halfopen.app.Faults;
import io.halfopen.app.Style;
import io.halfopen.lab.LabReport;
import io.halfopen.lab.Recorder;
import io.halfopen.lab.Run;
import io.halfopen.linux.Rule;
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
import org.jspecify.annotations.Nullable;

/** What {@code --show} can show, each as the tool of that name prints it. */
enum Show {
    timeline {
        @Override
        void print(Run run, LabReport report, PrintWriter out, Style style) {
            new Story(out, style, run).timeline(run.recorder().moments(), true);
        }
    },
    connections {
        @Override
        void print(Run run, LabReport report, PrintWriter out, Style style) {
            new Story(out, style, run).connections(report.clients(), true);
        }
    },
    ss {
        @Override
        void print(Run run, LabReport report, PrintWriter out, Style style) {
            out.print(SsTable.listening(run.snapshot()));
            out.print(SsTable.all(run.snapshot()));
        }
    },
    netstat {
        @Override
        void print(Run run, LabReport report, PrintWriter out, Style style) {
            out.print(NetstatTable.all(run.snapshot()));
        }
    },
    nstat {
        @Override
        void print(Run run, LabReport report, PrintWriter out, Style style) {
            out.print(NstatTable.nonZero(run::counter));
        }
    },
    mermaid {
        @Override
        void print(Run run, LabReport report, PrintWriter out, Style style) {
            new Mermaid(run, out).print();
        }
    },
    tcpdump {
        @Override
        void print(Run run, LabReport report, PrintWriter out, Style style) {
            TcpdumpText text = new TcpdumpText();
            for (Recorder.Packet packet : run.recorder().packets()) {
                byte[] bytes = packet.bytes();
                out.println(TcpdumpTime.CLOCK.prefix(packet.time()) + text.line(bytes, 0, bytes.length));
            }
        }
    };

    abstract void print(Run run, LabReport report, PrintWriter out, Style style);

    private static String comment(@Nullable Rule rule) {
        return rule == null ? "the kernel does not say what became of it" : Pcapng.comment(rule);
    }

    /** The packets as a capture file that Wireshark reads, with the rule as each packet's comment. */
    static void writePcap(Path file, List<Recorder.Packet> packets) throws IOException {
        try (Pcapng pcap = new Pcapng(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (Recorder.Packet packet : packets) {
                byte[] bytes = packet.bytes();
                pcap.packet(packet.time(), bytes, 0, bytes.length, comment(packet.rule()));
            }
        } catch (IOException full) {
            throw Faults.cannotWrite(file.toString(), full);
        }
    }
}
