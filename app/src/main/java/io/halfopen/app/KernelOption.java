package io.halfopen.app;

import io.halfopen.linux.Kernel;
import java.util.Iterator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A kernel by its version, by a distribution that ships it, or this machine's. */
public final class KernelOption implements ITypeConverter<Kernel> {
    private static final String HOST = "host";
    private static final Pattern RELEASE = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})");

    @Override
    public Kernel convert(String name) {
        try {
            return HOST.equals(name) ? ofHost() : Kernel.named(name);
        } catch (IllegalArgumentException unknown) {
            throw new TypeConversionException(unknown.getMessage());
        }
    }

    /** The newest profile that is not newer than this machine's kernel. */
    public static Kernel ofHost() {
        return ofRelease(System.getProperty("os.version", ""));
    }

    /**
     * The same of a release as uname(1) prints it: 6.12 for "6.14.0-37-generic".
     *
     * @throws IllegalArgumentException if it does not begin with two numbers, or all profiles are newer
     */
    static Kernel ofRelease(String release) {
        Matcher numbers = RELEASE.matcher(release);
        if (!numbers.lookingAt()) {
            throw new IllegalArgumentException("no version of Linux: '" + release + "'");
        }
        return Kernel.notNewerThan(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)));
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
