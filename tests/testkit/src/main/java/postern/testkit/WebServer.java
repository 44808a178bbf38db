package postern.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;

/** An HTTPS server of the JDK's that gives every request the same answer. Any thread. */
public final class WebServer implements AutoCloseable {
    private final HttpsServer server;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Answer answer = new Answer(200, "text/plain", "");

    /** What came. The octets are not to be changed. */
    public record Request(String method, String target, String mediaType, byte[] body) {}

    /** What goes back. */
    public record Answer(int status, String mediaType, String body) {}

    private WebServer(HttpsServer server) {
        this.server = server;
    }

    /** Listens, on a free port where it is zero. */
    public static WebServer start(InetSocketAddress at, SSLContext context) throws IOException {
        var web = new WebServer(HttpsServer.create(at, 5));
        web.server.setHttpsConfigurator(new HttpsConfigurator(context));
        web.server.createContext("/", web::serve);
        web.server.start();
        return web;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** From now on. */
    public WebServer answer(Answer other) {
        answer = other;
        return this;
    }

    public Answer answer() {
        return answer;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            List<String> types = exchange.getRequestHeaders().get("Content-Type");
            requests.add(
                    new Request(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI().toString(),
                            types == null ? "" : types.getFirst(),
                            exchange.getRequestBody().readAllBytes()));
            byte[] octets = answer.body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", answer.mediaType);
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(answer.status, octets.length == 0 ? -1 : octets.length);
            exchange.getResponseBody().write(octets);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
