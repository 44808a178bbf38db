package postern.smtpd;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import postern.base.Endpoint;
import postern.config.Cidr;
import postern.wire.Reply;
import postern.wire.SmtpCommand;

/** How a session goes over to TLS: RFC 3207, RFC 8314. One thread only. */
final class Security {
    /** Verbs of which bad arguments are told before TLS. */
    private static final Set<String> UNDER_NO_TLS =
            Set.of("noop", "ehlo", "helo", "lhlo", "starttls", "quit", "xclient", "xforward");

    private final Premises premises;
    private final ListenerConfig listener;
    private final Identity identity;
    private final Conversation conversation;
    private Offers.Standing standing;

    Security(
            Premises premises,
            ListenerConfig listener,
            Identity identity,
            Conversation conversation) {
        this.premises = premises;
        this.listener = listener;
        this.identity = identity;
        this.conversation = conversation;
        boolean startTls =
                premises.handshakes().possible()
                        && conversation.peer().remote() instanceof Endpoint.Tcp
                        && listener.startTls() != ListenerConfig.StartTls.NEVER
                        && !listener.implicitTls();
        this.standing = standing(startTls);
    }

    private Offers.Standing standing(boolean startTls) {
        SmtpdConfig config = premises.config();
        return new Offers.Standing(
                listener.kind(),
                within(config.proxies()),
                within(config.forwarders()),
                listener.kind()
                                == ListenerConfig.Kind
                                        .SMTP // RFC 6409 §7: not where mail is submitted
                        && within(config.wakers()),
                identity.ofThisMachine() || within(config.verpClients()),
                startTls,
                false,
                "");
    }

    /** Who connects, whomever it speaks for. */
    private boolean within(List<Cidr> networks) {
        return conversation.peer().remote() instanceof Endpoint.Tcp tcp
                && Client.within(tcp.address(), networks);
    }

    Offers.Standing standing() {
        return standing;
    }

    /**
     * Whether the command must wait for TLS: RFC 3207 §4. XCLIENT need not, which changes only for
     * whom a proxy speaks.
     */
    boolean bars(SmtpCommand command) {
        return tlsFirst()
                && !(command instanceof SmtpCommand.Hello
                        || command instanceof SmtpCommand.StartTls
                        || command instanceof SmtpCommand.Noop
                        || command instanceof SmtpCommand.Quit
                        || command instanceof SmtpCommand.Xclient
                        || command instanceof SmtpCommand.Xforward
                        || command instanceof SmtpCommand.Foreign);
    }

    /** The same of what was no command: all but NOOP, EHLO, STARTTLS and QUIT wait. */
    boolean bars(String verb) {
        return tlsFirst() && !UNDER_NO_TLS.contains(verb);
    }

    private boolean tlsFirst() {
        return standing.startTls() && listener.startTls() == ListenerConfig.StartTls.REQUIRE;
    }

    /** Why STARTTLS is not for now; empty when it is. */
    Optional<Canned> refusal() {
        if (standing.secured()) {
            return Optional.of(Replies.TLS_ALREADY);
        }
        if (!standing.startTls()) {
            return Optional.of(Replies.NOT_OFFERED);
        }
        return identity.pipelining()
                ? Optional.empty()
                : Optional.of(Replies.HELLO_FIRST); // RFC 3207 §4: it was not offered yet
    }

    /**
     * Goes on under TLS. A handshake that fails is the end of the session, and so is one for which
     * there is no room where TLS comes first.
     */
    boolean secure() throws IOException {
        Optional<String> tooMuch =
                premises.policy()
                        .meter()
                        .count(
                                Meter.What.TLS_HANDSHAKE,
                                identity.client().inet(),
                                "",
                                identity.client().trusted());
        if (tooMuch.isPresent() || !premises.handshakes().enter()) {
            String why = tooMuch.orElse("too many TLS handshakes at once");
            Reply refusal = Reply.of(454, "4.7.0", "Error: " + why);
            premises.journal()
                    .rejected(
                            listener.implicitTls() ? "CONNECT" : "STARTTLS",
                            identity.client(),
                            refusal,
                            "",
                            "",
                            identity.origin(false));
            if (listener.implicitTls()) {
                conversation.hangUp();
            } else {
                conversation.reply(refusal); // RFC 3207 §4
            }
            return false;
        }
        try {
            if (!listener.implicitTls()) {
                conversation.reply(Replies.START_TLS);
                conversation.flush();
            }
            Handshakes.Secured secured = premises.handshakes().over(conversation.peer());
            conversation.continueOn(secured.peer());
            identity.secured(secured.protection());
            standing = standing.underTls();
            premises.journal().secured(identity.client(), secured.protection());
            return true;
        } catch (IOException failed) {
            premises.journal().handshakeFailed(identity.client(), failed);
            conversation.hangUp();
            return false;
        } finally {
            premises.handshakes().leave();
        }
    }
}
