package io.halfopen.app.live;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs of iperf3's client, of a given length, against a kernel's iperf3 or {@link Iperf3Server}. */
record Iperf3(NetNamespace namespace, String server, int seconds, String control) {
    /**
     * @param rate bits a second that the receiver has got
     * @param client share of a processor that the client took, 0 to 1
     */
    record Result(double rate, double client) {}

    Result send() throws Exception {
        return run(List.of());
    }

    Result receive() throws Exception {
        return run(List.of("--reverse"));
    }

    private Result run(List<String> direction) throws Exception {
        List<String> command = new ArrayList<>(List.of("iperf3", "-J", "-c", server, "-C", control));
        command.addAll(List.of("-t", String.valueOf(seconds)));
        command.addAll(direction);
        String json = namespace.run(command.toArray(String[]::new));
        JsonNode end = JsonMapper.shared().readTree(json).path("end");
        double rate = end.path("sum_received").path("bits_per_second").asDouble();
        double percent = end.path("cpu_utilization_percent").path("host_total").asDouble();
        return new Result(rate, percent / 100);
    }

    /** iperf3's own server in this namespace, which takes the control that the client asks for. */
    static RealProcess startKernels(NetNamespace namespace) throws Exception {
        RealProcess server = namespace.start("iperf3", "-s");
        namespace.awaitListener(server, 5201);
        return server;
    }

    /** The stack's, behind TUN at 10.9.0.2; it does not listen to what the client asks for. */
    static RealProcess startStacks(NetNamespace namespace, List<String> java, String control) throws Exception {
        List<String> command = new ArrayList<>(java);
        command.add("--sysctl=net.ipv4.tcp_congestion_control=" + control);
        RealProcess server = namespace.start(command.toArray(String[]::new));
        server.awaitOut("iperf3 server");
        return server;
    }
}
