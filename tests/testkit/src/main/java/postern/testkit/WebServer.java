package postern.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;

/** An HTTPS server of the JDK's that answers by the name it is asked under. Any thread. */
public final class WebServer implements AutoCloseable {
    private final HttpsServer server;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Map<String, Answer> byHost = new ConcurrentHashMap<>();
    private volatile Answer answer = new Answer(200, "text/plain", "");

    /** What came; fields that did not are empty. The octets are not to be changed. */
    public record Request(
            String method, String target, String mediaType, String authorization, byte[] body) {}

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

    /** From now on to requests under that name; the port does not matter. */
    public WebServer answer(String host, Answer other) {
        byHost.put(host, other);
        return this;
    }

    /** From now on to all others. */
    public WebServer answer(Answer other) {
        answer = other;
        return this;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(
                    new Request(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI().toString(),
                            field(exchange, "Content-Type"),
                            field(exchange, "Authorization"),
                            exchange.getRequestBody().readAllBytes()));
            String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
            int port = host.indexOf(':');
            Answer chosen = byHost.getOrDefault(port < 0 ? host : host.substring(0, port), answer);
            byte[] octets = chosen.body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", chosen.mediaType);
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(chosen.status, octets.length == 0 ? -1 : octets.length);
            exchange.getResponseBody().write(octets);
        }
    }

    private static String field(HttpExchange exchange, String name) {
        return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
