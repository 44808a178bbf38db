package postern.ipc;

import postern.mail.Delivery;
import postern.mail.Outcome;
import postern.mail.Outcome.About;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.mail.Passage;
import postern.mail.Xtext;
import postern.wire.Reply;

/**
 * A delivery's outcome as an LMTP reply, and back: {@code docs/protocols/handover.md}, "What the
 * replies mean".
 */
final class AgentReply {
    private static final String RELAY = "relay=";
    private static final String ABOUT = " about=";
    private static final String SETUP = " setup=";
    private static final String TLS = " tls=";
    private static final String RELAYED = " dsn=relayed";

    /** No attempt takes a year. */
    private static final int MILLIS_DIGITS_MAX = 10;

    private AgentReply() {}

    static Reply of(Delivery delivery) {
        String relay = RELAY + Xtext.encode(delivery.relay()) + ABOUT;
        String passage = words(delivery.passage());
        return switch (delivery.outcome()) {
            case Delivered(String status, String detail) ->
                    Reply.of(250, status, relay + About.RECIPIENT + passage + " " + detail);
            case Deferred(String status, String detail, About about) ->
                    Reply.of(450, status, relay + about + passage + " " + detail);
            case Bounced(String status, String detail) ->
                    Reply.of(550, status, relay + About.RECIPIENT + passage + " " + detail);
        };
    }

    private static String words(Passage passage) {
        if (passage.equals(Passage.NONE)) {
            return "";
        }
        StringBuilder words = new StringBuilder(32);
        if (passage.setupMillis() > 0) {
            words.append(SETUP).append(passage.setupMillis());
        }
        if (!passage.tls().isEmpty()) {
            words.append(TLS).append(Xtext.encode(passage.tls()));
        }
        return words.append(passage.relayed() ? RELAYED : "").toString();
    }

    /**
     * @param server who replied, for servers that do not say more
     */
    static Delivery parse(Reply reply, String server) {
        String text = reply.text();
        int space = text.indexOf(' ');
        int aboutAt = text.indexOf(ABOUT);
        if (!text.startsWith(RELAY) || space < 0 || aboutAt != space) {
            // another server's words, with its code, as they go into the notice
            return new Delivery(outcome(reply, reply.toString(), About.RECIPIENT), server);
        }
        String relay = Xtext.decode(text.substring(RELAY.length(), space)).orElse(server);
        int at = end(text, aboutAt + 1);
        About about = about(text.substring(aboutAt + ABOUT.length(), at));
        long setup = 0;
        String tls = "";
        boolean relayed = false;
        while (true) {
            int next = end(text, Math.min(text.length(), at + 1));
            String word = text.substring(at, next);
            if (word.startsWith(SETUP)) {
                setup = millis(word.substring(SETUP.length()));
            } else if (word.startsWith(TLS)) {
                tls = Xtext.decode(word.substring(TLS.length())).orElse("");
            } else if (word.equals(RELAYED)) {
                relayed = true;
            } else {
                break;
            }
            at = next;
        }
        Outcome outcome = outcome(reply, text.substring(Math.min(text.length(), at + 1)), about);
        return setup == 0 && tls.isEmpty() && !relayed
                ? new Delivery(outcome, relay)
                : new Delivery(outcome, relay, new Passage(setup, tls, relayed));
    }

    /** Where the word ends that {@code from} lies in. */
    private static int end(String text, int from) {
        int space = text.indexOf(' ', from);
        return space < 0 ? text.length() : space;
    }

    /** Zero for what is no time. */
    private static long millis(String digits) {
        try {
            return digits.length() > MILLIS_DIGITS_MAX ? 0 : Math.max(0, Long.parseLong(digits));
        } catch (NumberFormatException _) {
            return 0;
        }
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
