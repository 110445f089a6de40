package io.halfopen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a compiler makes of the stack, as far as it decides how fast a packet is taken. */
class HotPathTest {
    private static final Path CLASSES = Path.of("../stack/target/classes");

    /** HotSpot never inlines a hot method that is longer (-XX:FreqInlineSize), bytecodes. */
    private static final int LONGEST_INLINED = 325;

    /** What a connection passes at most once, what no packet passes, and the one hash that is worth a call. */
    private static final List<String> MAY_BE_LONG = List.of(
            "OpenCalls.prepare",
            "SynSentInput.prepare",
            "SynSentInput.establish",
            "TcpInfo.fillMetrics",
            "SipHash.hash");

    @Test
    void noMethodOnThePathOfAPacketIsTooLongToBeInlined() throws IOException {
        try (Stream<Path> files = Files.walk(CLASSES.resolve("io/halfopen"))) {
            List<String> tooLong = files.filter(file -> file.toString().endsWith(".class"))
                    .filter(HotPathTest::isOnThePath)
                    .map(HotPathTest::parse)
                    .flatMap(HotPathTest::tooLongIn)
                    .filter(name -> !MAY_BE_LONG.contains(name))
                    .toList();
            assertThat(tooLong).isEmpty();
        }
    }

    /** The jar tool of Maven's JDK, which may be 17, reads it: the rest of the library is for 21. */
    @Test
    void anOlderJarToolReadsTheModule() {
        assertThat(parse(CLASSES.resolve("module-info.class")).majorVersion()).isEqualTo(ClassFile.JAVA_17_VERSION);
        assertThat(parse(CLASSES.resolve("io/halfopen/tcp/Stack.class")).majorVersion())
                .isEqualTo(ClassFile.JAVA_21_VERSION);
    }

    private static boolean isOnThePath(Path file) {
        String name = file.toString();
        return name.contains("/wire/") || name.contains("/tcp/");
    }

    private static ClassModel parse(Path file) {
        try {
            return ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> tooLongIn(ClassModel type) {
        String name = type.thisClass().asInternalName();
        return type.methods().stream()
                .filter(method -> length(method) > LONGEST_INLINED)
                .filter(method -> method.methodName().stringValue().charAt(0) != '<') // of objects and classes
                .map(method -> name.substring(name.lastIndexOf('/') + 1) + "."
                        + method.methodName().stringValue());
    }

    private static int length(MethodModel method) {
        Optional<CodeAttribute> code = method.code().map(CodeAttribute.class::cast);
        return code.map(CodeAttribute::codeLength).orElse(0);
    }
}
