package io.halfopen.compat;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/** Tomcat, embedded, with its NIO connector. */
final class TomcatServer implements ServerUnderTest {
    private static final class Answer extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            byte[] body = Bodies.of(request.getRequestURI());
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        }
    }

    @Override
    public String name() {
        return "Tomcat " + ServerUnderTest.version("tomcat");
    }

    @Override
    public AutoCloseable start(InetAddress address, int port) throws Exception {
        Path folder = Files.createTempDirectory("tomcat");
        Connector connector = new Connector();
        connector.setProperty("address", address.getHostAddress());
        connector.setPort(port);
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setConnector(connector);
        Context context = tomcat.addContext("", folder.toString());
        Tomcat.addServlet(context, "answer", new Answer()).addMapping("/");
        tomcat.start();
        return () -> {
            tomcat.stop();
            tomcat.destroy();
            org.apache.tomcat.util.http.fileupload.FileUtils.deleteDirectory(folder.toFile());
        };
    }
}
