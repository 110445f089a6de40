package io.halfopen.app;

import io.halfopen.link.KernelHost;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.KernelRelease;
import java.util.Iterator;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A kernel by its version, by a distribution that ships it, or this machine's. */
public final class KernelOption implements ITypeConverter<Kernel> {
    private static final String HOST = "host";

    @Override
    public Kernel convert(String name) {
        try {
            return HOST.equals(name) ? said(ofHost()) : Kernel.named(name);
        } catch (IllegalArgumentException unknown) {
            throw new TypeConversionException(unknown.getMessage());
        }
    }

    /** The newest profile that is not newer than this machine's kernel. */
    public static Kernel ofHost() {
        return KernelHost.release().profile();
    }

    /** Who asks for this machine's kernel, and gets another, is told so. */
    private static Kernel said(Kernel kernel) {
        KernelRelease host = KernelHost.release();
        if (!kernel.version().equals(host.toString())) {
            System.err.println("halfopen: there is no profile of Linux " + host + ": that of " + kernel.version()
                    + ", the next older, is taken");
        }
        return kernel;
    }

    /** For help and completion. */
    public static final class Versions implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.concat(Kernel.all().stream().map(Kernel::version), Stream.of(HOST))
                    .iterator();
        }
    }
}
