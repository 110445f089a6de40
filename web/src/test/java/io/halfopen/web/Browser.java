package io.halfopen.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The page in a headless Chromium, opened from disk as a reader would. Without one the test is skipped, but never in CI. */
final class Browser implements AutoCloseable {
    private static final Path PAGE = Path.of("target/classes/io/halfopen/web/page.html");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    static Browser open() {
        Optional<Path> chromium = program("chromium", "chromium-browser", "google-chrome");
        Optional<Path> chromedriver = program("chromedriver");
        boolean there = chromium.isPresent() && chromedriver.isPresent();
        if (!there && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("CI needs chromium and chromium-driver: .ci/run installs them");
        }
        assumeTrue(there, "no chromium and chromedriver here");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.orElseThrow().toString());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--lang=en");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.orElseThrow().toFile())
                .usingAnyFreePort()
                .withSilent(true)
                .build();
        Browser browser = new Browser(new ChromeDriver(service, options));
        browser.driver.manage().timeouts().scriptTimeout(PATIENCE).pageLoadTimeout(PATIENCE);
        browser.resize(1366, 900);
        return browser;
    }

    private static Optional<Path> program(String... names) {
        return Stream.of(names)
                .flatMap(name -> Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "")
                                .split(":", -1))
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    void resize(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
    }

    /** Light or dark, as the reader's system says. */
    void scheme(String name) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", name))));
    }

    /** Opens the page with this fragment, and waits until it shows something. */
    void go(String fragment) {
        driver.get("about:blank");
        driver.get(PAGE.toAbsolutePath().toUri() + "#" + fragment);
        await("document.documentElement.dataset.ready === 'yes'");
    }

    /** Opens a page that is another file. */
    void go(Path page) {
        driver.get(page.toAbsolutePath().toUri().toString());
        await("document.documentElement.dataset.ready === 'yes'");
    }

    /** Waits until an expression is true. */
    void await(String expression) {
        Object done = driver.executeAsyncScript("const done = arguments[arguments.length - 1];" + "const look = () => ("
                + expression + ") ? done(true) : setTimeout(look, 20); look();");
        assertThat(done).isEqualTo(true);
    }

    Object eval(String expression) {
        return Objects.requireNonNullElse(driver.executeScript("return " + expression + ";"), "null");
    }

    String text(String selector) {
        return String.valueOf(eval("document.querySelector('" + selector + "').textContent"));
    }

    /** What a promise comes to. */
    Object settle(String expression) {
        return Objects.requireNonNullElse(
                driver.executeAsyncScript("const done = arguments[arguments.length - 1];" + expression
                        + ".then(done, error => done('FAILED: ' + error));"),
                "null");
    }

    void run(String script) {
        driver.executeScript(script);
    }

    /** Writes into a field, as somebody who types. */
    void type(String id, String text) {
        driver.executeScript(
                "const field = document.getElementById(arguments[0]); field.focus(); field.value = arguments[1];"
                        + "field.dispatchEvent(new Event('input', {bubbles: true}));",
                id,
                text);
    }

    /** What the page has written to the console, as far as it matters. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(Object::toString)
                .toList();
    }

    byte[] screenshot() {
        return driver.getScreenshotAs(OutputType.BYTES);
    }

    /** What axe-core has against the page, the grave faults only: "label: ...". */
    Object graveFaults() {
        try (InputStream axe = Objects.requireNonNull(Browser.class.getResourceAsStream("/axe.min.js"))) {
            driver.executeScript(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return settle(
                "axe.run().then(found => found.violations"
                        + ".filter(each => each.impact === 'serious' || each.impact === 'critical')"
                        + ".map(each => each.id + ': ' + each.nodes.map(node => node.html + ' ' + node.failureSummary).join('; ')).join('\\n'))");
    }

    @Override
    public void close() {
        driver.quit();
    }
}
