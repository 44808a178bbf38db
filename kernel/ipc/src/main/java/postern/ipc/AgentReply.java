package postern.ipc;

import java.util.Optional;
import postern.mail.Delivery;
import postern.mail.Outcome;
import postern.mail.Outcome.About;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.mail.Xtext;
import postern.wire.Reply;

/**
 * A delivery's outcome as an LMTP reply, and back: {@code docs/protocols/handover.md}, "What the
 * replies mean".
 */
final class AgentReply {
    private static final String RELAY = "relay=";
    private static final String ABOUT = " about=";

    private AgentReply() {}

    static Reply of(Delivery delivery) {
        String relay = RELAY + Xtext.encode(delivery.relay()) + ABOUT;
        return switch (delivery.outcome()) {
            case Delivered(String status, String detail) ->
                    Reply.of(250, status, relay + About.RECIPIENT + " " + detail);
            case Deferred(String status, String detail, About about) ->
                    Reply.of(450, status, relay + about + " " + detail);
            case Bounced(String status, String detail) ->
                    Reply.of(550, status, relay + About.RECIPIENT + " " + detail);
        };
    }

    /**
     * @param server who replied, for servers that do not say more
     */
    static Delivery parse(Reply reply, String server) {
        String text = reply.text();
        String relay = server;
        About about = About.RECIPIENT;
        int space = text.indexOf(' ');
        int aboutAt = text.indexOf(ABOUT);
        if (text.startsWith(RELAY) && space > 0 && aboutAt == space) {
            Optional<String> named = Xtext.decode(text.substring(RELAY.length(), space));
            int end = text.indexOf(' ', aboutAt + 1);
            int textStart = end < 0 ? text.length() : end;
            String word = text.substring(aboutAt + ABOUT.length(), textStart);
            relay = named.orElse(server);
            about = about(word);
            text = text.substring(Math.min(text.length(), textStart + 1));
        } else {
            text = reply.toString(); // another server's words, with its code, as they go into
            // the notice
        }
        return new Delivery(outcome(reply, text, about), relay);
    }

    private static Outcome outcome(Reply reply, String text, About about) {
        int kind = reply.code() / 100;
        String status = reply.status().isEmpty() ? kind + ".0.0" : reply.status();
        return switch (kind) {
            case 2 -> new Delivered(status, text);
            case 4 -> new Deferred(status, text, about);
            case 5 -> new Bounced(status, text);
            default -> new Deferred("4.5.0", "reply out of place: " + reply, About.HOST);
        };
    }

    private static About about(String word) {
        for (About about : About.values()) {
            if (about.name().equals(word)) {
                return about;
            }
        }
        return About.RECIPIENT;
    }
}
