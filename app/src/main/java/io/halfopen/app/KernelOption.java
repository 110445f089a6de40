package io.halfopen.app;

import io.halfopen.linux.Kernel;
import java.util.Iterator;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A kernel by its version. */
public final class KernelOption implements ITypeConverter<Kernel> {
    @Override
    public Kernel convert(String version) {
        try {
            return Kernel.named(version);
        } catch (IllegalArgumentException unknown) {
            throw new TypeConversionException(unknown.getMessage());
        }
    }

    /** For help and completion. */
    public static final class Versions implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Kernel.all().stream().map(Kernel::version).iterator();
        }
    }
}
