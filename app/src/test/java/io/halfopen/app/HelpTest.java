package io.halfopen.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What {@code --help} and {@code --version} say, of every command. */
class HelpTest {
    private static final int COLUMNS = 80;

    static Stream<List<String>> commands() {
        return Stream.concat(
                Stream.of(List.<String>of()),
                Main.commandLine().getSubcommands().keySet().stream().map(List::of));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyOptionAndParameterIsNamedAndDescribed(List<String> command) {
        String help = run(command, "--help").out();
        CommandLine.Model.CommandSpec spec = spec(command);
        for (OptionSpec option : spec.options()) {
            String shown = option.negatable() ? option.longestName().replace("--", "--[no-]") : option.longestName();
            assertThat(help).contains(shown);
            assertThat(option.description()).as(option.longestName()).isNotEmpty();
        }
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            assertThat(help).contains(parameter.paramLabel());
            assertThat(parameter.description()).as(parameter.paramLabel()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void itFitsATerminalAndNoLineBreakIsOutOfPlace(List<String> command) {
        CommandRun help = run(command, "--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.lines()).allSatisfy(line -> {
            assertThat(line.length()).isLessThanOrEqualTo(COLUMNS);
            assertThat(line).doesNotMatch(".*(net\\.|\\[--)$").isEqualTo(line.stripTrailing());
        });
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyDurationIsExplained(List<String> command) {
        String help = run(command, "--help").out();
        if (help.contains("=DURATION")) {
            assertThat(help).contains("DURATION is 20s, 500ms, 2m");
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandSaysTheVersionInOneLine(List<String> command) {
        for (String option : List.of("--version", "-V")) {
            CommandRun version = run(command, option);
            assertThat(version.exitCode()).isZero();
            assertThat(version.out()).matches("halfopen [^\n]+\n");
        }
    }

    @Test
    void theCommandsAreListedWithASentenceEach() {
        assertThat(CommandRun.of().out())
                .contains("lab       Replay a burst of connections")
                .contains("simulate  Let whole networks")
                .contains("serve     Serve HTTP on the stack")
                .contains("connect   Connect from the stack");
    }

    @Test
    void nothingAtAllIsAnsweredWithHelp() {
        assertThat(CommandRun.of()).isEqualTo(CommandRun.of("--help"));
    }

    private static CommandLine.Model.CommandSpec spec(List<String> command) {
        CommandLine commands = Main.commandLine();
        CommandLine found =
                command.isEmpty() ? commands : commands.getSubcommands().get(command.getFirst());
        if (found == null) {
            throw new AssertionError("no command " + command);
        }
        return found.getCommandSpec();
    }

    private static CommandRun run(List<String> command, String... more) {
        return CommandRun.of(
                Stream.concat(command.stream(), Arrays.stream(more)).toArray(String[]::new));
    }
}
