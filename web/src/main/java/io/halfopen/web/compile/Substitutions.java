package io.halfopen.web.compile;

import java.util.Set;
import org.teavm.extension.spi.substitution.SimpleSubstitutionPolicy;
import org.teavm.extension.spi.substitution.SubstitutionSink;

/** Tells TeaVM to compile the classes of {@code io.halfopen.web.jdk} in place of those that need what it lacks. */
public final class Substitutions extends SimpleSubstitutionPolicy {
    private static final String OURS = "io.halfopen.web.jdk";
    private static final Set<String> WIRE = Set.of("io.halfopen.wire.Bytes", "io.halfopen.wire.Checksum");
    private static final Set<String> UTIL = Set.of("java.util.HexFormat", "java.util.SplittableRandom");

    @Override
    public void contribute(SubstitutionSink sink) {
        sink.selectClasses(WIRE::contains).replacePackage("io.halfopen.wire", OURS);
        sink.selectClasses(UTIL::contains).replacePackage("java.util", OURS);
    }
}
