package io.halfopen.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.halfopen.nio.Network;
import io.halfopen.nio.PacketKind;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.FileEntry;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

class HalfopenExtensionTest {
    /** Tests that are meant to fail, run by the test below only. */
    @EnabledIfSystemProperty(named = "halfopen.inner", matches = "true")
    @HalfopenNetwork(seed = 42, failOnUnusedFault = true)
    static class Failing {
        @Test
        @SuppressWarnings("AddressSelection") // a name has one address here
        void fails(Network net) throws Exception {
            net.host("a").listen(80).accepts();
            new Socket().connect(new InetSocketAddress("a", 80));
            throw new AssertionError("on purpose");
        }

        @Test
        void setsAFaultThatNeverHits(Network net) {
            net.on(PacketKind.FIN).drop();
        }
    }

    /** What a test run says of itself. */
    private static final class Log implements TestExecutionListener {
        private final StringBuilder entries = new StringBuilder();
        private final StringBuilder failures = new StringBuilder();
        private int files;

        @Override
        public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
            entries.append(entry.getKeyValuePairs());
        }

        @Override
        public void fileEntryPublished(TestIdentifier test, FileEntry file) {
            files++;
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            result.getThrowable().ifPresent(failures::append);
        }
    }

    private static Log run(Class<?> type) {
        Log log = new Log();
        System.setProperty("halfopen.inner", "true");
        try {
            LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                    .selectors(selectClass(type))
                    .build();
            LauncherFactory.create().execute(request, log);
        } finally {
            System.clearProperty("halfopen.inner");
        }
        return log;
    }

    @Test
    void aFailedTestPublishesItsStoryItsSeedAndItsPackets() {
        Log log = run(Failing.class);
        assertThat(log.failures).contains("on purpose").contains("a fault never hit anything: FIN: dropped");
        assertThat(log.entries).contains("halfopen.seed=42").contains("> a:80").contains("SYN");
        assertThat(log.files).isEqualTo(1);
    }
}
