package io.halfopen.web.compile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Puts the page together: one file out of HTML, styles, scripts and the compiled lab. The build runs it. */
public final class PageMaker {
    /** In the order in which they use each other. */
    private static final List<String> SCRIPTS = List.of(
            "text",
            "chinese",
            "chapters",
            "machine",
            "model",
            "queues",
            "timeline",
            "ladder",
            "controls",
            "compare",
            "live",
            "main");

    /** A page is to be sent around. */
    private static final int MOST_OCTETS = 1_000_000;

    private PageMaker() {}

    /** The folder of the page's parts, that of the compiled lab, and the file to write. */
    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            throw new IllegalArgumentException("takes the folder of the parts, that of the engines, and the page");
        }
        Path parts = Path.of(args[0]);
        Path engines = Path.of(args[1]);
        Path page = Path.of(args[2]);
        StringBuilder script = new StringBuilder("\"use strict\";\n");
        for (String name : SCRIPTS) {
            script.append(lean(Files.readString(parts.resolve(name + ".js"))));
        }
        String text = Files.readString(parts.resolve("page.html"))
                .replace("/*style*/", lean(Files.readString(parts.resolve("style.css"))))
                .replace("/*engine*/", packed(Files.readAllBytes(engines.resolve("engine.js"))))
                .replace("/*compiled*/", packed(Files.readAllBytes(engines.resolve("engine.wasm"))))
                .replace("/*runtime*/", packed(Files.readAllBytes(engines.resolve("runtime.js"))))
                .replace("/*recorded*/", "")
                .replace("/*script*/", script);
        byte[] bytes = text.getBytes(UTF_8);
        if (bytes.length > MOST_OCTETS) {
            throw new IllegalStateException("the page has " + bytes.length + " octets, more than " + MOST_OCTETS);
        }
        Files.createDirectories(page.getParent());
        Files.write(page, bytes);
    }

    /** Without indentation and lines that are comments: they are for who reads the parts. */
    private static String lean(String source) {
        return source.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("//"))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** A third of its size: a browser unpacks it. */
    private static String packed(byte[] engine) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        Deflater best = new Deflater(Deflater.BEST_COMPRESSION);
        try (DeflaterOutputStream deflate = new DeflaterOutputStream(packed, best)) {
            deflate.write(engine);
        } finally {
            best.end();
        }
        return Base85.encode(packed.toByteArray());
    }
}
