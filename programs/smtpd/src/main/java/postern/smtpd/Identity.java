package postern.smtpd;

import java.util.Optional;
import postern.mail.Origin;
import postern.tls.Protection;
import postern.wire.SmtpCommand;
import postern.wire.SmtpCommand.Greeting;

/** Who speaks to us in one session, as far as we know. One thread only. */
final class Identity {
    private final ListenerConfig listener;
    private final Authentication authentication;
    private Client client;
    private Optional<SmtpCommand.Hello> hello = Optional.empty();
    private Optional<Protection> protection = Optional.empty();

    Identity(ListenerConfig listener, Client client) {
        this.listener = listener;
        this.authentication = new Authentication();
        this.client = client;
    }

    Client client() {
        return client;
    }

    Authentication authentication() {
        return authentication;
    }

    /** Its name was found to be true. */
    void named(String name) {
        client = client.named(name);
    }

    String listenerName() {
        return listener.name();
    }

    String helo() {
        return hello.map(SmtpCommand.Hello::client).orElse("");
    }

    /** {@code TLSv1.3}; empty without TLS. */
    String tlsVersion() {
        return protection.map(Protection::protocol).orElse("");
    }

    /** SHA-256 of the client's certificate in hexadecimal digits; empty without one. */
    String fingerprint() {
        return protection.map(Protection::fingerprint).orElse("");
    }

    void hello(SmtpCommand.Hello said) {
        hello = Optional.of(said);
    }

    /** A rule refused another: what was said before counts. */
    void hello(Optional<SmtpCommand.Hello> before) {
        hello = before;
    }

    Optional<SmtpCommand.Hello> hello() {
        return hello;
    }

    boolean greeted() {
        return hello.isPresent();
    }

    /** Whether the client speaks LMTP: a reply for each recipient. */
    boolean lmtp() {
        return listener.kind() == ListenerConfig.Kind.LMTP;
    }

    /** Whether PIPELINING was offered. */
    boolean pipelining() {
        return hello.filter(said -> said.greeting() != Greeting.HELO).isPresent();
    }

    /** A trusted proxy says for whom it speaks; that one has said nothing yet. */
    void replaced(Client other, Optional<String> login) {
        client = other;
        authentication.replaced(login);
        hello = Optional.empty();
    }

    /** Under TLS, where nothing counts that was said before: RFC 3207 §4.2. */
    void secured(Protection how) {
        protection = Optional.of(how);
        hello = Optional.empty();
        authentication.replaced(Optional.empty());
    }

    /** How the connection is protected. */
    Optional<Protection> protection() {
        return protection;
    }

    boolean mayRelay() {
        return client.trusted() || authentication.login().isPresent();
    }

    /** Whether the kernel says who it is. */
    boolean ofThisMachine() {
        return listener.kind() == ListenerConfig.Kind.SOCKET;
    }

    boolean mustAuthenticate() {
        return switch (listener.kind()) {
            case SMTP, LMTP -> false;
            case SUBMISSION, SUBMISSIONS -> !mayRelay();
            case SOCKET -> authentication.login().isEmpty();
        };
    }

    /**
     * For the trace and the log.
     *
     * @param smtpUtf8 whether the transaction is internationalized
     */
    Origin origin(boolean smtpUtf8) {
        return new Origin(
                client.address(),
                client.name(),
                hello.map(SmtpCommand.Hello::client).orElse(""),
                protocol(smtpUtf8),
                authentication.login().orElse(""),
                listener.name(),
                listener.submission(),
                protection.map(Protection::toString).orElse(""));
    }

    /** The "with" of RFC 5321 §4.4, by RFC 3848 and RFC 6531 §4.3. */
    private String protocol(boolean smtpUtf8) {
        if (!pipelining()) {
            return "SMTP";
        }
        String base = base(smtpUtf8) + (protection.isPresent() ? "S" : "");
        return authentication.login().isPresent() ? base + "A" : base;
    }

    private String base(boolean smtpUtf8) {
        if (lmtp()) {
            return smtpUtf8 ? "UTF8LMTP" : "LMTP";
        }
        return smtpUtf8 ? "UTF8SMTP" : "ESMTP";
    }

    /** Content for nobody: RFC 5321 §3.3; RFC 2033 §4.2 wants 503. */
    Canned nobody() {
        return lmtp() ? Replies.RECIPIENT_FIRST : Replies.NO_RECIPIENTS;
    }
}
