package io.halfopen.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class KernelChoiceTest {
    private static final Pattern FIELD = Pattern.compile("name: \"kernel\", choices: (\\[\\[.*?]])");
    private static final Pattern CHOICE = Pattern.compile("\\[\"([^\"]+)\", ");

    @Test
    void thePageOffersEveryKernel() throws IOException {
        Matcher field = FIELD.matcher(Files.readString(Path.of("src/main/page/controls.js")));
        assertThat(field.find()).isTrue();
        List<String> choices = CHOICE.matcher(field.group(1))
                .results()
                .map(each -> each.group(1))
                .toList();
        assertThat(choices).isEqualTo(Kernel.all().stream().map(Kernel::version).toList());
    }
}
