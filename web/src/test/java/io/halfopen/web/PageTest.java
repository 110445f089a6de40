package io.halfopen.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.lab.Experiment;
import io.halfopen.lab.Presets;
import io.halfopen.lab.RunJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page as a reader uses it, opened from disk in a headless Chromium. */
final class PageTest {
    /** The times after which the queues as they are drawn are not as long as they were. */
    private static final String QUEUES_THAT_DIFFER = "page.model.times.filter((time, i, all) => {"
            + "const later = all[i + 1] === undefined ? time : (time + all[i + 1]) / 2;"
            + "const places = page.model.placesAt(later), level = page.model.levelAt(later);"
            + "return places.queued.length !== level[1] || places.half.length !== level[2]; }).join()";

    private static Browser browser;

    @BeforeAll
    static void open() {
        browser = Browser.open();
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void theConsoleIsEmpty() {
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void everyPresetOpensAndShowsTheNumbersOfTheCommandLine() {
        for (Presets.Preset preset : Presets.all()) {
            browser.go(preset.name());
            Experiment experiment = new Experiment(preset.scenario());
            experiment.run(time -> {});
            assertThat(browser.eval("JSON.stringify(page.model.run.report)"))
                    .as(preset.name())
                    .isEqualTo(RunJson.report(experiment));
            assertThat(browser.text("#title")).isEqualTo(preset.sentence());
            assertThat(figure("accepted")).isEqualTo(experiment.outcome().accepted());
            assertThat(figure("atOnce")).isEqualTo(experiment.outcome().atOnce());
            assertThat(browser.eval("document.getElementById('problem').hidden"))
                    .isEqualTo(true);
        }
    }

    /** The first number of a figure; thousands have commas. */
    private static int figure(String key) {
        String text = browser.text("[data-figure=" + key + "] dd");
        return Integer.parseInt(text.split(" ", 2)[0].replace(",", ""));
    }

    @Test
    void theFirstScreenTellsWhoWaits() {
        browser.go("");
        assertThat(browser.text("#clock")).isEqualTo("2.000 s");
        assertThat(who("outside")).isEqualTo("3 5 6");
        assertThat(who("queued")).isEqualTo("1 2 4");
        assertThat(browser.text("[data-station=queued]"))
                .contains("full", "3 / 3", "min(backlog 2, somaxconn 4096) + 1 = 3");
        assertThat(browser.text("#now")).contains("clients 3 5 6", "ACCEPT_QUEUE_FULL");
        assertThat(browser.text("#command")).isEqualTo("halfopen lab listen-2");
    }

    private static String who(String station) {
        return String.valueOf(browser.eval("[...document.querySelectorAll('[data-station=" + station
                + "] .slots li button')].map(each => each.textContent).sort().join(' ')"));
    }

    /** What is drawn in the queues, made from the packets, is as long as the kernel says that they are. */
    @Test
    void theQueuesDrawnAreAsLongAsTheQueues() {
        for (String fragment : List.of(
                "listen-2",
                "listen-0&kernel=3.10",
                "ab-backlog-1&kernel=3.10",
                "ab-abort-on-overflow&kernel=3.10",
                "defer-accept-silent",
                "unp-overflow",
                "kafka",
                "backlog=2&clients=9&rtt=100ms&every=10ms",
                "backlog=1&clients=3&every=60ms&rtt=100ms&accept-after=never")) {
            browser.go(fragment);
            assertThat(browser.eval(QUEUES_THAT_DIFFER)).as(fragment).isEqualTo("");
        }
    }

    @Test
    void aSliderChangesTheResultAndTheAddress() {
        browser.go("listen-2");
        browser.type("f-backlog", "10");
        browser.await("page.model.run.server.backlog === 10");
        assertThat(figure("atOnce")).isEqualTo(6);
        assertThat(browser.eval("location.hash")).isEqualTo("#listen-2&backlog=10");
        assertThat(browser.text("#command")).isEqualTo("halfopen lab listen-2 --backlog 10");
        browser.run("const slider = document.querySelector('[data-name=clients] input[type=range]');"
                + "slider.value = 6; slider.dispatchEvent(new Event('input', {bubbles: true}));");
        browser.await("page.model.clients.length === 20");
        browser.run("const list = document.getElementById('f-kernel'); list.value = '3.10';"
                + "list.dispatchEvent(new Event('change', {bubbles: true}));");
        browser.await("page.model.run.experiment.kernel === '3.10'");
        assertThat(browser.eval("location.hash")).isEqualTo("#listen-2&backlog=10&clients=20&kernel=3.10");
    }

    @Test
    void theAddressRestoresTheExperimentTheTimeAndTheClient() {
        browser.go("listen-0&kernel=3.10&sysctl=net.core.somaxconn=64&at=3s&client=5");
        assertThat(browser.eval("page.model.run.experiment.words.join(' ')"))
                .isEqualTo("listen-0 --sysctl net.core.somaxconn=64 --kernel 3.10");
        assertThat(browser.text("#clock")).isEqualTo("3.000 s");
        assertThat(browser.text("#ladder-title")).isEqualTo("Packets of client 5");
        assertThat(browser.text("#ladder")).contains("SYN", "FINAL_ACK_IGNORED");
        assertThat(browser.eval("document.getElementById('f-sysctl-net-core-somaxconn').value"))
                .isEqualTo("64");
        Object link = browser.eval("address(page.settings, true)");
        assertThat(link).isEqualTo("#listen-0&sysctl=net.core.somaxconn=64&kernel=3.10&at=3000000000ns&client=5");
    }

    @Test
    void aKernelBesideTheOthersIsMarkedWhereItDiffers() {
        browser.go("listen-2");
        browser.await("document.querySelectorAll('#compare-box thead th').length === 3");
        assertThat(browser.text("#compare-box [data-row=atOnce]")).isEqualTo("connect() at once354");
        assertThat(browser.eval("document.querySelectorAll('#compare-box [data-row=atOnce] .differs').length"))
                .isEqualTo(2L);
    }

    @Test
    void theKernelsOfAnAddressAreThoseThatAreCompared() {
        browser.go("listen-2&kernel=4.18&compare=4.18,6.1");
        browser.await("document.querySelectorAll('#compare-box thead th').length === 2");
        assertThat(browser.text("#compare-box thead")).contains("4.18", "6.1").doesNotContain("3.10");
        assertThat(browser.eval("address(page.settings)")).isEqualTo("#listen-2&kernel=4.18&compare=4.18,6.1");
    }

    @ParameterizedTest
    @CsvSource({
        "listen-2&backlog=two, backlog, two' is not a whole number",
        "listen-2&rtt=5, rtt, 5' is not a duration: write 20s",
        "clients=9000, clients, takes at most 5000 in a page",
        "listen-2&sysctl=net.core.somaxconn=-1, sysctl-net-core-somaxconn, takes"
    })
    void badInputInTheAddressIsASentenceBesideTheField(String fragment, String field, String sentence) {
        browser.go(fragment);
        assertThat(browser.text("#f-" + field + "-error")).contains(sentence);
        assertThat(browser.eval("document.getElementById('f-" + field + "').getAttribute('aria-invalid')"))
                .isEqualTo("true");
        assertThat(figure("accepted")).isEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource({"nonsense=1, nonsense is nothing", "no-such-preset, unknown preset", "%E0%A4%A=1, is nothing"})
    void badInputThatHasNoFieldIsASentenceAboveThePicture(String fragment, String sentence) {
        browser.go(fragment);
        assertThat(browser.text("#problem")).contains(sentence);
        assertThat(figure("accepted")).isEqualTo(6);
    }

    @Test
    void badInputInAFieldIsASentenceAndTheNextGoodOneTakesItAway() {
        browser.go("listen-2");
        browser.type("f-accept-after", "soon");
        browser.await("document.getElementById('f-accept-after-error').textContent !== ''");
        assertThat(figure("accepted")).isEqualTo(6);
        browser.type("f-accept-after", "5s");
        browser.await("document.getElementById('f-accept-after-error').textContent === ''");
        browser.await("page.model.run.outcome.connect[2] === 3000000000");
    }

    @Test
    void timeIsSteppedScrubbedAndPlayed() {
        browser.go("listen-2");
        browser.run("document.getElementById('first').click()");
        assertThat(browser.text("#clock")).isEqualTo("0.000 s");
        browser.run("document.getElementById('next').click()");
        assertThat(browser.text("#clock")).isEqualTo("2.000 s");
        browser.run("const scrub = document.getElementById('scrub'); scrub.value = scrub.max;"
                + "scrub.dispatchEvent(new Event('input', {bubbles: true}));");
        assertThat(browser.text("#clock")).isEqualTo("21.004 s");
        browser.run("document.getElementById('play').click()");
        browser.await("page.time > 1e9 && page.time < 21e9");
        browser.run("document.getElementById('play').click()");
        assertThat(browser.eval("page.playing")).isEqualTo(false);
        browser.run("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'End', bubbles: true}))");
    }

    @Test
    void itSpeaksChinese() {
        browser.go("listen-2&lang=zh");
        assertThat(browser.eval("document.documentElement.lang")).isEqualTo("zh-CN");
        assertThat(browser.text("[data-station=queued] h3")).contains("全连接队列");
        browser.run("document.getElementById('language').click()");
        assertThat(browser.text("[data-station=queued] h3")).contains("Accept queue");
    }

    /** Of all that happens in the presets nothing is left in English but the words of the calls and packets themselves. */
    @Test
    void whatHappensIsToldInChineseToo() {
        for (Presets.Preset preset : Presets.all()) {
            browser.go(preset.name() + "&lang=zh");
            assertThat(browser.text("#title"))
                    .as(preset.name())
                    .isNotEqualTo(preset.sentence())
                    .matches("(?s).*\\p{IsHan}.*");
            assertThat(
                            browser.eval(
                                    "[...new Set(page.model.run.moments.map(moment => moment[2]).filter(what =>"
                                            + " momentText(what) === what && !/^(SYN|ACK|(read|write)\\(\\) = [A-Z]+)$/.test(what)))].join('; ')"))
                    .as(preset.name())
                    .isEqualTo("");
        }
        browser.go("backlog=128&clients=500&every=100us&accept-rate=200&rtt=20ms&pause=1s,200ms&lang=zh");
        assertThat(browser.text("#title")).isEqualTo("backlog 128，50 毫秒内 500 个客户端，每秒 accept() 200 次，在 1 秒 停顿 200 毫秒");
    }

    /** One that is older, or forbids WebAssembly. */
    @Test
    void aBrowserWithoutWebAssemblyRunsTheScript() {
        browser.go("listen-2");
        Object outcome = browser.settle("(async () => { const compile = WebAssembly.compile;"
                + " WebAssembly.compile = async () => { throw new WebAssembly.CompileError('no'); };"
                + " const engine = await bestEngine(); WebAssembly.compile = compile;"
                + " const run = await new Machine(engine).run([['preset', 'listen-2']]);"
                + " return engine.name + ' ' + run.outcome.atOnce; })()");
        assertThat(outcome).isEqualTo("script 3");
    }

    /** Somebody who drags a slider does not wait for what nobody wants to see any longer. */
    @Test
    void whatIsInterruptedBeginsAnew() {
        browser.go("listen-2");
        assertThat(browser.settle("(async () => { page.machine.run([['clients', '2000'], ['for', '60s']]);"
                        + " page.machine.interrupt();"
                        + " return (await page.machine.run([['preset', 'listen-2']])).outcome.atOnce; })()"))
                .isEqualTo(3L);
    }

    /** Recorded: {@code ab -n 4 -c 4} against {@code serve --backlog 0 --service 1s}. */
    @Test
    void whatAServerDidIsShownAndCannotBeChanged(@TempDir Path folder) throws IOException {
        String run = Files.readString(Path.of("src/test/resources/served-run.json"));
        browser.go(Files.writeString(folder.resolve("served.html"), Page.with(run)));
        assertThat(figure("accepted")).isEqualTo(4);
        assertThat(figure("dropped")).isEqualTo(11);
        assertThat(browser.text("#title")).isEqualTo("halfopen serve, 4 clients");
        assertThat(browser.text("#command")).isEqualTo("halfopen serve --backlog 0");
        assertThat(browser.text("#now")).contains("COOKIE_ACK_IGNORED");
        assertThat(browser.eval("getComputedStyle(document.querySelector('.controls')).display"))
                .isEqualTo("none");
        assertThat(browser.eval(QUEUES_THAT_DIFFER)).isEqualTo("");
        assertThat(browser.graveFaults()).isEqualTo("");
        browser.run("document.getElementById('language').click()");
        assertThat(browser.text("#title")).contains("4 个客户端");
        browser.run("document.getElementById('language').click()");
    }

    /** What {@code halfopen ui} sends of a server, with names in it that mean harm. */
    private static final String SERVER =
            "{pid: 7, title: 'http://10.9.0.2:8088/<img src=x>', kernel: 'Linux 6.18', seconds: 12.5,"
                    + " accepted: 1234, listeners: [{port: 8088, bounds: {backlog: 3, somaxconn: 4096, effectiveBacklog: 3,"
                    + " maxSynBacklog: 4096, syncookies: 1, abortOnOverflow: 0, acceptHolds: 4, synHolds: 4}, queues: {backlog: 3,"
                    + " effectiveBacklog: 3, acceptQueue: 4, acceptQueuePeak: 4, synQueue: 1, young: 1, synQueuePeak: 2}}],"
                    + " counters: {ListenOverflows: 5}, drops: {ACCEPT_QUEUE_FULL: 5}, latest: [{at: 3.25, peer: '10.9.0.1:4000',"
                    + " what: 'SYN', rule: 'ACCEPT_QUEUE_FULL'}], rules: {ACCEPT_QUEUE_FULL: ['DROP', 'accept queue full: the SYN is"
                    + " dropped', 'tcp_conn_request', ['ListenOverflows']]}}";

    @Test
    void aServersQueuesAndDropsAreShownWhileItRuns() {
        browser.go("listen-2");
        assertThat(browser.eval("document.getElementById('live').hidden")).isEqualTo(true);
        browser.run("takeLive([" + SERVER + "], 0); takeLive([" + SERVER + "], 1); drawLive($('live'));");
        assertThat(browser.text("#live [data-station=queued]"))
                .contains("full", "4 / 4", "min(backlog 3, somaxconn 4096)");
        assertThat(browser.text("#live [data-station=half] .count")).isEqualTo("1 / 4");
        assertThat(browser.text("#live"))
                .contains("1,234 accepted", "for 13 s now", "<img src=x>", "ListenOverflows 5")
                .contains("5 × ACCEPT_QUEUE_FULL accept queue full: the SYN is dropped", "3.250 s10.9.0.1:4000SYN");
        browser.run("document.getElementById('language').click()");
        assertThat(browser.text("#live")).contains("全连接队列", "已运行 13 秒");
        browser.run("document.getElementById('language').click()");
        assertThat(browser.graveFaults()).isEqualTo("");
        browser.run(
                "live.servers.clear(); takeLive([" + SERVER
                        + "].map(server => ({ ...server, listeners: [...server.listeners, ...server.listeners] })), 2); drawLive($('live'));");
        assertThat(browser.eval("document.querySelectorAll('#live .live-figure').length"))
                .isEqualTo(2L);
        browser.run("takeLive([], 3); live.lost = true; drawLive($('live'));");
        assertThat(browser.text("#live")).contains("has ended, after 13 s", "halfopen ui does not answer");
        browser.resize(390, 900);
        assertThat(browser.eval("document.documentElement.scrollWidth <= window.innerWidth"))
                .isEqualTo(true);
        browser.resize(1366, 900);
    }

    @ParameterizedTest
    @CsvSource({"1366, light", "1366, dark", "390, light", "390, dark"})
    void axeFindsNoGraveFault(int width, String scheme) {
        browser.resize(width, 900);
        browser.scheme(scheme);
        browser.go("listen-0&kernel=3.10&backlog=x");
        browser.go("listen-0&kernel=3.10");
        browser.await("document.querySelectorAll('#compare-box thead th').length === 3");
        assertThat(browser.graveFaults()).isEqualTo("");
        assertThat(browser.eval("document.documentElement.scrollWidth <= window.innerWidth"))
                .as("nothing is wider than the screen")
                .isEqualTo(true);
        browser.resize(1366, 900);
        browser.scheme("light");
    }
}
