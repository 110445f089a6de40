package io.halfopen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** The table of what was measured and what proves it names tests that there are. */
class ListenPathRowsTest {
    @Test
    void everyRowNamesTestsThatThereAre() {
        List<String[]> rows = rows();
        assertThat(rows).hasSizeGreaterThan(50);
        for (String[] row : rows) {
            assertThat(row).as(String.join(" | ", row)).hasSize(3);
            for (String proof : row[2].split(" ", -1)) {
                assertThat(isTest(proof)).as(proof).isTrue();
            }
        }
    }

    private static boolean isTest(String proof) {
        String[] names = proof.split("#", -1);
        try {
            Class<?> type = Class.forName("io.halfopen." + names[0]);
            return isTest(type, names[1]) || isTest(type.getSuperclass(), names[1]);
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static boolean isTest(Class<?> type, String name) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .anyMatch(method ->
                        method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class));
    }

    private static List<String[]> rows() {
        try (InputStream file = ListenPathRowsTest.class.getResourceAsStream("/listen-path-rows.tsv")) {
            assertThat(file).isNotNull();
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
