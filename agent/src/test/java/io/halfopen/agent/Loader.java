package io.halfopen.agent;

import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;

/** Starts a program that is not on the class path, as jars of jars do; it is started by AgentTest. */
final class Loader {
    private Loader() {}

    public static void main(String[] arguments) throws Exception {
        URL[] where = {URI.create(arguments[0]).toURL()};
        try (URLClassLoader loader = new URLClassLoader(where)) {
            Method main = loader.loadClass(arguments[1]).getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[0]);
        }
    }
}
