package io.halfopen.app.explain;

import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All conversations of a capture with what they mean. */
final class Explanation {
    /** One conversation and its findings, the most important first. */
    record Entry(Conversation conversation, List<Finding> findings) {
        Finding main() {
            return findings.getFirst();
        }
    }

    private final Explainer explainer;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<Endpoint, ListenerContext> listeners = new LinkedHashMap<>();
    private final Map<Endpoint, List<Finding>> ofListeners = new LinkedHashMap<>();

    private Explanation(Explainer explainer) {
        this.explainer = explainer;
    }

    static Explanation of(Explainer explainer) {
        Explanation explanation = new Explanation(explainer);
        explanation.judge(explainer.conversations());
        return explanation;
    }

    private void judge(List<Conversation> all) {
        for (Conversation each : all) {
            listeners
                    .computeIfAbsent(each.server, ListenerContext::new)
                    .conversations
                    .add(each);
        }
        listeners.values().forEach(ListenerContext::complete);
        Map<IpAddress, Integer> ttls = new HashMap<>();
        listeners.values().stream()
                .filter(each -> each.seesServer)
                .forEach(each -> ttls.merge(each.server.address(), each.ttl, Math::max));
        for (ListenerContext each : listeners.values()) {
            Integer ttl = ttls.get(each.server.address());
            each.hostAnswers = ttl != null;
            each.ttl = each.ttl < 0 && ttl != null ? ttl : each.ttl;
        }
        for (Conversation each : all) {
            ListenerContext context = context(each);
            List<Finding> findings = Diagnosis.of(each, context, explainer.last());
            if (findings.isEmpty()) {
                findings = List.of(
                        new Finding(Cause.CONNECTED, null, Certainty.LIKELY, "nothing to remark", "", List.of(), ""));
            }
            entries.add(new Entry(each, findings));
        }
        for (ListenerContext each : listeners.values()) {
            ofListeners.put(each.server, judge(each, explainer.last()));
        }
    }

    private ListenerContext context(Conversation conversation) {
        ListenerContext context = listeners.get(conversation.server);
        if (context == null) {
            throw new IllegalStateException("a conversation without its listener");
        }
        return context;
    }

    private static List<Finding> judge(ListenerContext listener, long last) {
        List<Finding> findings = new ArrayList<>();
        int lonely = listener.seesServer ? listener.lonelySyns(last, ClientsOnly.REPEATED) : 0;
        int flood = listener.halfOpens + lonely;
        if (listener.halfOpens > 0 && flood >= 50 && flood > 5 * listener.finished) {
            findings.add(Finding.likely(
                    Cause.FLOOD,
                    "a SYN flood: " + flood + " handshakes that nobody finished, " + listener.finished
                            + " that somebody did",
                    "SYN-ACKs without an ACK, from " + listener.halfOpens + " ports"
                            + (lonely > 0 ? ", and " + lonely + " SYNs without an answer that nobody sent again" : ""),
                    "the clients' ACKs were not captured",
                    "whether the addresses are real"));
        }
        findings.addAll(ClientsOnly.flood(listener, last));
        return findings;
    }

    /** In the order of their numbers. */
    List<Entry> entries() {
        return entries;
    }

    Map<Endpoint, ListenerContext> listeners() {
        return listeners;
    }

    List<Finding> findings(Endpoint listener) {
        return ofListeners.getOrDefault(listener, List.of());
    }

    List<Entry> entries(Endpoint listener) {
        return entries.stream()
                .filter(each -> each.conversation.server.equals(listener))
                .toList();
    }

    Explainer explainer() {
        return explainer;
    }
}
