package postern.smtpd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import postern.base.Peer;
import postern.wire.PeerReader;
import postern.wire.SmtpCommand;

/**
 * {@code AUTH EXTERNAL} (RFC 4954, RFC 4422 appendix A) on the Unix-domain socket: the kernel says
 * who is calling, and the client may say so too. One thread only.
 */
final class Authentication {
    private final Peer peer;
    private final ListenerConfig.Kind kind;
    private Optional<String> login = Optional.empty();

    Authentication(Peer peer, ListenerConfig.Kind kind) {
        this.peer = peer;
        this.kind = kind;
    }

    /** Who authenticated. */
    Optional<String> login() {
        return login;
    }

    /** A trusted proxy vouches for it. */
    void replaced(Optional<String> other) {
        login = other;
    }

    void attempt(SmtpCommand.Auth auth, Conversation conversation) throws IOException {
        if (kind != ListenerConfig.Kind.SOCKET) {
            conversation.reply(Replies.NOT_OFFERED);
        } else if (login.isPresent()) {
            conversation.reply(Replies.AUTHENTICATED_ALREADY); // RFC 4954 §4
        } else if (!auth.mechanism().equals("EXTERNAL")) {
            conversation.reply(Replies.NO_MECHANISM);
        } else if (auth.response().isEmpty()) {
            challenge(conversation);
        } else {
            conversation.reply(answer(auth.response()));
        }
    }

    private void challenge(Conversation conversation) throws IOException {
        conversation.reply(Replies.CHALLENGE);
        conversation.flush();
        switch (conversation.line()) {
            case PeerReader.Line.Complete(byte[] octets) -> {
                String response = new String(octets, StandardCharsets.ISO_8859_1);
                conversation.reply(
                        response.equals("*") ? Replies.AUTH_CANCELLED : answer(response));
            }
            case PeerReader.Line.BareNewline _, PeerReader.Line.TooLong _ ->
                    conversation.reply(Replies.BAD_BASE64);
            case PeerReader.Line.End _ -> conversation.hangUp();
        }
    }

    private Canned answer(String response) throws IOException {
        String claimed;
        try {
            String base64 = response.equals("=") ? "" : response; // RFC 4954 §4: an empty response
            claimed = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException noBase64) {
            return Replies.BAD_BASE64;
        }
        Optional<String> user = peer.user();
        if (user.isEmpty() || !claimed.isEmpty() && !claimed.equals(user.get())) {
            return Replies.AUTH_FAILED;
        }
        login = user;
        return Replies.AUTHENTICATED;
    }
}
