package io.halfopen.junit;

import io.halfopen.nio.Network;
import io.halfopen.nio.NetworkTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.MediaType;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test its {@link Network}, as a parameter of the test or of its {@code @BeforeEach}, and closes it afterwards.
 * When the test fails, its story, its seed and its packets as a pcapng file are published as report entries. The
 * annotation {@link HalfopenNetwork} says what the network is to be like.
 *
 * <p>Tests that run in parallel take turns: one network at a time is open in a JVM.
 */
public final class HalfopenExtension implements ParameterResolver, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(HalfopenExtension.class);
    private static final Semaphore TURN = new Semaphore(1, true);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Network.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (context.getTestMethod().isEmpty()) {
            throw new IllegalStateException("a Network is for one test: ask for it in the test, or in @BeforeEach");
        }
        ExtensionContext.Store store = context.getStore(NAMESPACE);
        Network open = store.get(Network.class, Network.class);
        if (open != null) {
            return open;
        }
        TURN.acquireUninterruptibly();
        try {
            Network network = open(context);
            store.put(Network.class, network);
            return network;
        } catch (RuntimeException failed) {
            TURN.release();
            throw failed;
        }
    }

    private static Network open(ExtensionContext context) {
        Network.Builder builder = Network.builder();
        settings(context).ifPresent(settings -> {
            if (settings.seed() != HalfopenNetwork.UNSET) {
                builder.seed(settings.seed());
            }
            if (settings.pure()) {
                builder.pure();
            }
            builder.time(
                    settings.automaticTime() ? NetworkTime.automatic() : NetworkTime.scaled(settings.timeFactor()));
        });
        return builder.open();
    }

    private static Optional<HalfopenNetwork> settings(ExtensionContext context) {
        Optional<HalfopenNetwork> ofMethod =
                context.getTestMethod().map(method -> method.getAnnotation(HalfopenNetwork.class));
        return ofMethod.isPresent()
                ? ofMethod
                : context.getTestClass().map(type -> type.getAnnotation(HalfopenNetwork.class));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Network network = context.getStore(NAMESPACE).remove(Network.class, Network.class);
        if (network == null) {
            return;
        }
        try {
            if (context.getExecutionException().isPresent()) {
                publish(context, network);
            } else if (settings(context).map(HalfopenNetwork::failOnUnusedFault).orElse(false)) {
                network.requireFaultsUsed();
            }
        } finally {
            network.close();
            TURN.release();
        }
    }

    private static void publish(ExtensionContext context, Network network) {
        context.publishReportEntry(Map.of(
                "halfopen.seed",
                Long.toString(network.seed()),
                "halfopen.story",
                System.lineSeparator() + network.story()));
        context.publishFile("halfopen.pcapng", MediaType.APPLICATION_OCTET_STREAM, file -> {
            try {
                network.writePcapng(file);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
    }
}
