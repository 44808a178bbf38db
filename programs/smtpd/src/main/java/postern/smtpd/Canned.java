package postern.smtpd;

import postern.wire.Reply;

/** A reply that never changes, kept as octets. */
final class Canned {
    private final Reply reply;
    private final byte[] octets;

    private Canned(Reply reply) {
        this.reply = reply;
        this.octets = reply.octets();
    }

    static Canned of(Reply reply) {
        return new Canned(reply);
    }

    static Canned of(int code, String status, String text) {
        return new Canned(Reply.of(code, status, text));
    }

    Reply reply() {
        return reply;
    }

    /** Not to be changed. */
    byte[] octets() {
        return octets;
    }
}
