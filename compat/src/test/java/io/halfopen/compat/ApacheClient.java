package io.halfopen.compat;

import java.io.IOException;
import java.time.Duration;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.util.Timeout;

/** Apache HttpClient 5, the classic one, on java.net.Socket. */
final class ApacheClient implements ClientUnderTest {
    @Override
    public String name() {
        return "Apache HttpClient " + ServerUnderTest.version("httpclient");
    }

    /** For both of Apache's clients. */
    static ConnectionConfig timeouts(Duration connect, Duration response) {
        return ConnectionConfig.custom()
                .setConnectTimeout(Timeout.of(connect))
                .setSocketTimeout(Timeout.of(response))
                .build();
    }

    @Override
    public Session open(Duration connect, Duration response) {
        CloseableHttpClient client = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDefaultConnectionConfig(timeouts(connect, response))
                        .setMaxConnPerRoute(16)
                        .build())
                .disableAutomaticRetries()
                .build();
        return new Session() {
            @Override
            public byte[] get(String uri) throws Exception {
                return client.execute(new HttpGet(uri), answer -> {
                    byte[] body = EntityUtils.toByteArray(answer.getEntity());
                    return body == null ? new byte[0] : body;
                });
            }

            @Override
            public void close() throws IOException {
                client.close();
            }
        };
    }
}
