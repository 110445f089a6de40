package io.halfopen.app;

import io.halfopen.linux.NearNames;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What was wrong with the command line, in one line and in the user's words instead of picocli's. */
public final class BadInput {
    /** "Invalid value for option '--sysctl' (NAME=VALUE): why", and the same for a positional parameter. */
    private static final Pattern INVALID = Pattern.compile("Invalid value for "
            + "(?:option '(?<option>[^']+)'|positional parameter at index \\S+ \\((?<parameter>[^)]+)\\))"
            + "[^:]*: (?<why>.*)");

    private BadInput() {}

    public static String sentence(ParameterException bad) {
        if (bad instanceof UnmatchedArgumentException unmatched) {
            return sentence(unmatched);
        }
        String message = String.valueOf(bad.getMessage()).lines().findFirst().orElse("bad input");
        Matcher invalid = INVALID.matcher(message);
        if (invalid.matches()) {
            String option = invalid.group("option");
            return (option == null ? invalid.group("parameter") : option) + ": " + invalid.group("why");
        }
        // picocli's begin with a capital; a word in capitals is a parameter's name.
        boolean capital = message.length() > 1 && Character.isLowerCase(message.charAt(1));
        return capital ? message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1) : message;
    }

    private static String sentence(UnmatchedArgumentException unmatched) {
        String name = unmatched.getUnmatched().getFirst();
        if (!unmatched.isUnknownOption()) {
            Stream<String> commands = unmatched.getCommandLine().getSubcommands().keySet().stream();
            return "unexpected argument '" + name + "'" + NearNames.hint(name, commands);
        }
        List<String> alike = unmatched.getSuggestions();
        String hint = alike.isEmpty() ? "" : ": did you mean " + alike.getFirst() + "?";
        return "unknown option '" + name + "'" + hint;
    }
}
