package io.halfopen.compat;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import java.net.InetAddress;

/** WireMock, the stand-alone one, with a stub for each size. */
final class WireMock implements ServerUnderTest {
    @Override
    public String name() {
        return "WireMock " + ServerUnderTest.version("wiremock");
    }

    @Override
    public AutoCloseable start(InetAddress address, int port) {
        WireMockServer server = new WireMockServer(
                options().bindAddress(address.getHostAddress()).port(port).disableRequestJournal());
        Bodies.sizes()
                .forEach(size -> server.stubFor(
                        get(urlEqualTo("/" + size)).willReturn(aResponse().withBody(Bodies.of(size)))));
        server.start();
        return server::stop;
    }
}
