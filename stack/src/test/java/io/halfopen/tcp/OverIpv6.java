package io.halfopen.tcp;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/**
 * The same tests with peers that speak IPv6: {@code @ExtendWith(OverIpv6.class) class FooOverIpv6Test extends FooTest {}}.
 * The MTU is 20 octets greater there, so the MSS and all windows are the same. Measured on 6.18 with 73 scripts, one
 * for each kind of segment in each state: with that MTU nothing differs but what MSS a SYN cookie can carry.
 */
final class OverIpv6 implements TestInstancePreConstructCallback, AfterEachCallback {
    private static final ThreadLocal<Boolean> CHOSEN = ThreadLocal.withInitial(() -> false);

    /** Whether scenes that are made now are for IPv6. */
    static boolean isChosen() {
        return CHOSEN.get();
    }

    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext factory, ExtensionContext context) {
        CHOSEN.set(true);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        CHOSEN.remove();
    }
}
