package io.halfopen.app.lab;

import io.halfopen.link.KernelHost;
import io.halfopen.link.LinkException;
import io.halfopen.link.Tun;
import org.junit.jupiter.api.Assumptions;

/** Whether there is a kernel to experiment on. */
public final class LiveKernel {
    private LiveKernel() {}

    /** Skips the test, and says why, where there is none, or no TUN interface in it. */
    public static void require() {
        try (KernelHost host = KernelHost.open();
                Tun tun = host.openTun("tun0")) {
            Assumptions.assumeTrue(tun.name().equals("tun0"));
        } catch (LinkException reason) {
            System.out.println("skipped: " + reason.getMessage());
            Assumptions.abort("skipped: " + reason.getMessage());
        }
    }
}
