package io.halfopen.compat;

import java.time.Duration;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** OkHttp, on java.net.Socket. */
final class OkHttpClientUnderTest implements ClientUnderTest {
    @Override
    public String name() {
        return "OkHttp " + ServerUnderTest.version("okhttp");
    }

    @Override
    public Session open(Duration connect, Duration response) {
        OkHttpClient client = new OkHttpClient.Builder()
                .connectTimeout(connect)
                .readTimeout(response)
                .build();
        return new Session() {
            @Override
            public byte[] get(String uri) throws Exception {
                Request request = new Request.Builder().url(uri).build();
                try (Response answer = client.newCall(request).execute()) {
                    return answer.body().bytes();
                }
            }

            @Override
            public void close() {
                client.connectionPool().evictAll();
                client.dispatcher().executorService().shutdown();
            }
        };
    }
}
