package io.halfopen.app;

import io.halfopen.web.Page;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/** A report that is one HTML file and needs nothing else: light or dark, wide or narrow, in the page's own style. */
public final class HtmlReport {
    private HtmlReport() {}

    /** What writes the inside of a report. */
    public interface Body {
        void write(Writer out) throws IOException;
    }

    /** Writes a file of that title; what is wrong with the file is said as of every file that a user names. */
    public static void write(Path file, String title, Body body) throws IOException {
        try (Writer out = Files.newBufferedWriter(file)) {
            write(out, title, body);
        } catch (IOException full) {
            throw Faults.cannotWrite(file.toString(), full);
        }
    }

    public static void write(Writer out, String title, Body body) throws IOException {
        out.write("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>"
                + escape(title) + "</title>\n<style>" + Page.style() + "</style>\n</head>\n<body class=\"report\">\n"
                + "<header class=\"top\"><p class=\"mark\"><span class=\"logo\" aria-hidden=\"true\"><i></i><i></i><i></i></span>"
                + "Halfopen</p></header>\n<main>\n<h1>" + escape(title) + "</h1>\n");
        body.write(out);
        out.write("</main>\n</body>\n</html>\n");
    }

    /** Text as it has to stand in HTML, in an attribute, too: whatever it says, it is shown and does nothing. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
