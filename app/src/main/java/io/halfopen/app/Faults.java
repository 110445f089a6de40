package io.halfopen.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What went wrong, in one line: what a user can do something about, or where a fault of ours is. */
public final class Faults {
    private static final String OURS = "io.halfopen.";

    private Faults() {}

    /** The sentence for the user. */
    public static String line(Throwable fault) {
        return switch (fault) {
            case NoSuchFileException none -> "no such file or folder: " + firstLine(none);
            case AccessDeniedException denied -> "permission denied: " + firstLine(denied);
            case IOException failed -> firstLine(failed);
            case UncheckedIOException failed -> firstLine(failed);
            case OutOfMemoryError tooMuch ->
                "not enough memory: ask for less, or for a larger heap with JAVA_TOOL_OPTIONS=-Xmx8g";
            default ->
                "a fault of Halfopen's own: " + fault.getClass().getSimpleName() + ": " + firstLine(fault)
                        + where(fault);
        };
    }

    /** The same for a file that a user has named. */
    public static IOException cannotWrite(String file, IOException fault) {
        return fault instanceof FileSystemException
                ? fault
                : new IOException("cannot write " + file + ": " + firstLine(fault), fault);
    }

    private static String firstLine(Throwable fault) {
        @Nullable String message = fault.getMessage();
        message = fault instanceof UncheckedIOException && message != null
                ? message.replaceFirst("^[a-z]+(\\.[a-zA-Z]+)+: ", "")
                : message;
        return message == null ? "failed" : message.lines().findFirst().orElse("failed");
    }

    /** Of the frames only the first that is ours: whoever mends it runs it again. */
    private static String where(Throwable fault) {
        return Arrays.stream(fault.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith(OURS))
                .findFirst()
                .map(frame ->
                        ", in " + frame.getClassName() + "." + frame.getMethodName() + ":" + frame.getLineNumber())
                .orElse("");
    }
}
