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
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Gives a test its {@link Network}, as a parameter of the test or of its {@code @BeforeEach}, and closes it afterwards.
 * When the test fails, its story, its seed and its packets as a pcapng file are published as report entries. The
 * annotation {@link HalfopenNetwork} says what the network is to be like.
 *
 * <p>Tests that run in parallel take turns, but for those that say that they need not.
 */
public final class HalfopenExtension implements TestInstancePreConstructCallback, ParameterResolver, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(HalfopenExtension.class);
    private static final int MOST = 60;

    /** Whoever is alone has all of them. A thread need not be the one that gives back. */
    private static final Semaphore TURN = new Semaphore(MOST, true);

    /** What a test has open, and its part of the turn. */
    private record Open(Network network, int permits) {}

    /** The threads of clients in the fields of a test are the test's, too. */
    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext factory, ExtensionContext context) {
        Network.prepare();
    }

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
        Open known = store.get(Open.class, Open.class);
        if (known != null) {
            return known.network();
        }
        int permits = settings(context).map(HalfopenNetwork::parallel).orElse(false) ? 1 : MOST;
        TURN.acquireUninterruptibly(permits);
        try {
            Open open = new Open(open(context), permits);
            store.put(Open.class, open);
            return open.network();
        } catch (RuntimeException failed) {
            TURN.release(permits);
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
            if (settings.parallel()) {
                builder.parallel();
            }
            builder.time(
                    settings.automaticTime() ? NetworkTime.automatic() : NetworkTime.scaled(settings.timeFactor()));
        });
        return builder.open();
    }

    private static Optional<HalfopenNetwork> settings(ExtensionContext context) {
        Optional<HalfopenNetwork> ofMethod =
                AnnotationSupport.findAnnotation(context.getTestMethod(), HalfopenNetwork.class);
        return ofMethod.isPresent()
                ? ofMethod
                : AnnotationSupport.findAnnotation(
                        context.getRequiredTestClass(), HalfopenNetwork.class, context.getEnclosingTestClasses());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Open open = context.getStore(NAMESPACE).remove(Open.class, Open.class);
        if (open == null) {
            return;
        }
        Network network = open.network();
        try {
            if (context.getExecutionException().isPresent()) {
                publish(context, network);
            } else if (settings(context).map(HalfopenNetwork::failOnUnusedFault).orElse(false)) {
                network.requireFaultsUsed();
            }
        } finally {
            network.close();
            TURN.release(open.permits());
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
