package postern.http;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.SequencedMap;
import postern.base.Bug;
import postern.base.Endpoint;
import postern.base.Peer;
import postern.base.TimedOut;
import postern.base.World;
import postern.dns.Resolver;
import postern.dns.Resolver.Answer;
import postern.tls.Authorities;
import postern.tls.CertificateNames;
import postern.tls.ClientTls;
import postern.tls.TlsPeer;

/**
 * Asks servers by HTTPS, each request on a connection of its own. Not an octet of a request goes to
 * a host that has not proved its name: what a stranger's URL names may be a machine of our own
 * network. Any task.
 */
public final class HttpsClient {
    /** Addresses of a host that are tried. */
    private static final int ADDRESSES_MAX = 4;

    private static final Duration CONNECT_MAX = Duration.ofSeconds(20);

    private final World world;
    private final Resolver resolver;
    private final Trust trust;
    private final ClientTls tls = new ClientTls();

    /**
     * @param time for all of a request
     * @param bodyMax octets of an answer's body; a longer one is none
     */
    public record Bounds(Duration time, int bodyMax) {}

    /** Nobody is who he says he is: not an octet was sent. */
    private static final class NotVerified extends IOException {
        private static final long serialVersionUID = 1;

        NotVerified(String why) {
            super(why);
        }
    }

    /** Who vouches for servers. Any task. */
    public interface Trust {
        /**
         * @throws IOException they cannot be read now; nobody is trusted then
         */
        Authorities now() throws IOException;
    }

    public HttpsClient(World world, Resolver resolver, Trust trust) {
        this.world = world;
        this.resolver = resolver;
        this.trust = trust;
    }

    /** GET: RFC 9110 §9.3.1. */
    public Exchange get(HttpsUrl url, String accept, Bounds bounds) {
        return ask(url, "GET", "Accept: " + accept + "\r\n", new byte[0], bounds);
    }

    /** POST: RFC 9110 §9.3.3. */
    public Exchange post(HttpsUrl url, String mediaType, byte[] body, Bounds bounds) {
        return ask(url, "POST", fields(mediaType, body), body, bounds);
    }

    /**
     * POST of a form, for an answer in JSON.
     *
     * @param authorization the field of that name, in ASCII without line ends; empty: none
     */
    public Exchange postForm(
            HttpsUrl url,
            String authorization,
            SequencedMap<String, String> parameters,
            Bounds bounds) {
        Bug.unless(authorization.chars().allMatch(c -> c >= ' ' && c <= '~'), "a field is a line");
        byte[] body = Form.octets(parameters);
        String fields =
                "Accept: application/json\r\n"
                        + fields(Form.MEDIA_TYPE, body)
                        + (authorization.isEmpty()
                                ? ""
                                : "Authorization: " + authorization + "\r\n");
        return ask(url, "POST", fields, body, bounds);
    }

    private static String fields(String mediaType, byte[] body) {
        return "Content-Type: " + mediaType + "\r\nContent-Length: " + body.length + "\r\n";
    }

    private Exchange ask(HttpsUrl url, String method, String fields, byte[] body, Bounds bounds) {
        String head =
                method
                        + " "
                        + url.target()
                        + " HTTP/1.1\r\nHost: "
                        + url.authority()
                        + "\r\nUser-Agent: Postern\r\nConnection: close\r\n"
                        + fields
                        + "\r\n";
        byte[] octets = head.getBytes(StandardCharsets.US_ASCII);
        long until = world.clock().nanoTime() + bounds.time().toNanos();
        List<InetAddress> addresses;
        switch (resolver.addresses(url.host())) {
            case Answer.Found<List<InetAddress>>(List<InetAddress> found, _) -> addresses = found;
            case Answer.NoSuchName<List<InetAddress>> _, Answer.Empty<List<InetAddress>> _ -> {
                return new Exchange.Failed(Exchange.Stage.NAME, url.host() + " has no address");
            }
            case Answer.Temporary<List<InetAddress>>(_, String reason) -> {
                return new Exchange.Failed(Exchange.Stage.NAME, reason);
            }
        }
        Exchange last = new Exchange.Failed(Exchange.Stage.NAME, url.host() + " has no address");
        for (InetAddress address :
                addresses.subList(0, Math.min(ADDRESSES_MAX, addresses.size()))) {
            try (Peer plain = connect(address, url.port(), until)) {
                return over(
                        plain, url, ByteBuffer.wrap(octets), ByteBuffer.wrap(body), until, bounds);
            } catch (IOException unreachable) {
                last =
                        new Exchange.Failed(
                                Exchange.Stage.CONNECTION,
                                "connect to "
                                        + url.host()
                                        + "["
                                        + Endpoint.text(address)
                                        + "]: "
                                        + unreachable.getMessage());
            }
        }
        return last;
    }

    private Peer connect(InetAddress address, int port, long until) throws IOException {
        Duration left = left(until);
        return world.network()
                .connect(
                        new Endpoint.Tcp(address, port),
                        left.compareTo(CONNECT_MAX) < 0 ? left : CONNECT_MAX);
    }

    /** Never throws: with this address all is decided. */
    private Exchange over(
            Peer plain, HttpsUrl url, ByteBuffer head, ByteBuffer body, long until, Bounds bounds) {
        Peer sealed;
        try {
            sealed = verified(plain, url, until);
        } catch (NotVerified nobody) {
            return failed(Exchange.Stage.CERTIFICATE, nobody);
        } catch (TimedOut late) {
            return failed(Exchange.Stage.CONNECTION, late);
        } catch (IOException broken) {
            return failed(Exchange.Stage.TLS, broken);
        }
        try {
            sealed.expireAfter(left(until));
            sealed.write(head, body);
            Response response = new ResponseReader(sealed, bounds.bodyMax()).read();
            return new Exchange.Answered(response);
        } catch (ResponseReader.Malformed malformed) {
            return failed(Exchange.Stage.ANSWER, malformed);
        } catch (IOException lost) {
            return failed(Exchange.Stage.CONNECTION, lost);
        } finally {
            sealed.close();
        }
    }

    private Peer verified(Peer plain, HttpsUrl url, long until) throws IOException {
        var proposal =
                new ClientTls.Proposal(
                        url.host(), url.port(), url.host(), ClientTls.VERSIONS, true);
        TlsPeer sealed = tls.start(plain, proposal, left(until));
        try {
            verify(sealed.certificates(), url.host());
            return sealed;
        } catch (NotVerified nobody) {
            sealed.close();
            throw nobody;
        }
    }

    /** RFC 9110 §4.3.4, by names of the kind DNS-ID alone: RFC 8461 §3.3. */
    private void verify(List<X509Certificate> chain, String host) throws NotVerified {
        switch (authorities().ofServer(chain)) {
            case Authorities.Word.Vouched _ -> {
                if (!CertificateNames.fitAlternative(chain.getFirst(), host)) {
                    throw new NotVerified(
                            "certificate is for "
                                    + CertificateNames.of(chain.getFirst())
                                    + ", not "
                                    + host);
                }
            }
            case Authorities.Word.Expired(String why) -> throw new NotVerified(why);
            case Authorities.Word.Untrusted(String why) -> throw new NotVerified(why);
        }
    }

    private Authorities authorities() throws NotVerified {
        try {
            return trust.now();
        } catch (IOException unreadable) {
            throw new NotVerified(String.valueOf(unreadable.getMessage()));
        }
    }

    private Duration left(long until) throws TimedOut {
        long left = until - world.clock().nanoTime();
        if (left <= 0) {
            throw new TimedOut("took too long");
        }
        return Duration.ofNanos(left);
    }

    private static Exchange failed(Exchange.Stage stage, IOException how) {
        return new Exchange.Failed(stage, String.valueOf(how.getMessage()));
    }
}
