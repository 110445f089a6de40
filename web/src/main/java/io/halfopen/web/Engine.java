package io.halfopen.web;

import io.halfopen.lab.Experiment;
import io.halfopen.lab.ExperimentText;
import io.halfopen.lab.ExperimentText.Reading;
import io.halfopen.lab.ExperimentText.Setting;
import io.halfopen.lab.RunJson;
import java.util.ArrayList;
import java.util.List;
import org.teavm.jso.JSExport;

/** What the page's scripts call. All of it is text, and it takes as long as it takes. */
public final class Engine {
    /** More would take longer than anybody waits for a page; the command line takes a million. */
    private static final int MOST_CLIENTS = 5_000;

    private Engine() {}

    /** The entry of the compiled module, which does nothing by itself. */
    public static void main(String[] args) {}

    /**
     * Runs an experiment.
     *
     * @param text a setting a line, {@code backlog=2}; a preset is {@code preset=listen-2}
     * @return {@code {"faults": [["backlog", "takes ..."], ...]}}, or all that happened
     */
    @JSExport
    public static String run(String text) {
        Reading reading = ExperimentText.read(settings(text));
        List<ExperimentText.Fault> faults = new ArrayList<>(reading.faults());
        if (reading.scenario().clients() > MOST_CLIENTS) {
            faults.add(new ExperimentText.Fault(
                    "clients", "takes at most 5000 in a page: the command line takes a million"));
        }
        if (!faults.isEmpty()) {
            return RunJson.faults(faults);
        }
        Experiment experiment = new Experiment(reading.scenario());
        experiment.recorder().keepLevels();
        experiment.run(time -> {});
        return RunJson.of(experiment);
    }

    /** Every preset: its name, sentence, source, and whether it is an article's. */
    @JSExport
    public static String presets() {
        return RunJson.presets();
    }

    private static List<Setting> settings(String text) {
        List<Setting> settings = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                settings.add(new Setting(line.substring(0, equals), line.substring(equals + 1)));
            }
        }
        return settings;
    }
}
