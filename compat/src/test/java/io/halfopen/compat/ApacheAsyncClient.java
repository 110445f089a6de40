package io.halfopen.compat;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.io.CloseMode;

/** Apache HttpClient 5, the asynchronous one, on NIO. */
final class ApacheAsyncClient implements ClientUnderTest {
    @Override
    public String name() {
        return "Apache HttpAsyncClient " + ServerUnderTest.version("httpclient");
    }

    @Override
    public Session open(Duration connect, Duration response) {
        CloseableHttpAsyncClient client = HttpAsyncClients.custom()
                .setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
                        .setDefaultConnectionConfig(ApacheClient.timeouts(connect, response))
                        .setMaxConnPerRoute(16)
                        .build())
                .disableAutomaticRetries()
                .build();
        client.start();
        return new Session() {
            @Override
            public byte[] get(String uri) throws Exception {
                SimpleHttpRequest request = SimpleRequestBuilder.get(uri).build();
                Future<SimpleHttpResponse> answer = client.execute(request, null);
                byte[] body = answer.get(1, TimeUnit.MINUTES).getBodyBytes();
                return body == null ? new byte[0] : body;
            }

            @Override
            public void close() {
                client.close(CloseMode.GRACEFUL);
            }
        };
    }
}
