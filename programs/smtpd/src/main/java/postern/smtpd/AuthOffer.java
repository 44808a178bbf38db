package postern.smtpd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import postern.base.Endpoint;
import postern.sasl.ChannelBinding;
import postern.sasl.Mechanism;
import postern.sasl.dovecot.AuthClient;
import postern.tls.TlsPeer;

/** Which mechanisms a client may use as its connection is now. One thread only. */
final class AuthOffer {
    private final ListenerConfig listener;
    private final Logins logins;
    private final Identity identity;
    private final Conversation conversation;

    AuthOffer(
            ListenerConfig listener, Logins logins, Identity identity, Conversation conversation) {
        this.listener = listener;
        this.logins = logins;
        this.identity = identity;
        this.conversation = conversation;
    }

    /**
     * As EHLO offers them; empty for none. What needs TLS is offered only there: RFC 4954 §4.
     *
     * @param startTls whether TLS could still begin
     */
    List<Mechanism> usable(boolean startTls) {
        return usable(startTls, identity.protection().isPresent() || inClear());
    }

    /** Whether TLS is all that is missing. */
    boolean wantsTls(Mechanism mechanism, boolean startTls) {
        return !usable(startTls).contains(mechanism) && usable(false, true).contains(mechanism);
    }

    private boolean inClear() {
        return listener.auth() == ListenerConfig.Auth.OFFER_IN_CLEAR;
    }

    private List<Mechanism> usable(boolean startTls, boolean safe) {
        if (listener.kind() == ListenerConfig.Kind.SOCKET) {
            return List.of(Mechanism.EXTERNAL);
        }
        if (listener.auth() == ListenerConfig.Auth.NEVER) {
            return List.of();
        }
        AuthClient service = logins.service();
        Set<Mechanism> known = service == null ? Set.of() : service.mechanisms();
        List<Mechanism> usable = new ArrayList<>();
        for (Mechanism each : logins.allowed()) {
            boolean can =
                    switch (each) {
                        case EXTERNAL -> !certified().isEmpty();
                        case SCRAM_SHA_256_PLUS -> known.contains(each) && binding().isPresent();
                        case SCRAM_SHA_256, SCRAM_SHA_1 ->
                                // who can have TLS need not let others try out words on a proof
                                known.contains(each) && (safe || !startTls);
                        case OAUTHBEARER, XOAUTH2, PLAIN, LOGIN -> known.contains(each) && safe;
                    };
            if (can) {
                usable.add(each);
            }
        }
        return usable;
    }

    /** {@code PLAIN LOGIN}; empty for none. */
    String text(boolean startTls) {
        return usable(startTls).stream().map(Mechanism::text).collect(Collectors.joining(" "));
    }

    /** Whose certificate the client has shown; the first is meant where it does not say. */
    List<String> certified() {
        return identity.protection().map(logins.config()::logins).orElse(List.of());
    }

    Optional<ChannelBinding> binding() {
        return conversation.peer() instanceof TlsPeer secured
                ? secured.channelBinding().map(ChannelBinding::new)
                : Optional.empty();
    }

    /** The address of ours that the client reached; empty on a Unix-domain socket. */
    String local() {
        return conversation.peer().local() instanceof Endpoint.Tcp tcp
                ? Endpoint.text(tcp.address())
                : "";
    }
}
