package postern.mail;

import postern.base.Bug;

/** How one attempt ended for one recipient. No fourth way: what we do not know is Deferred. */
public sealed interface Outcome {

    /** RFC 3463. */
    String status();

    /**
     * Printable and bounded: goes to the log and into the notice. The reply of the remote host, or
     * our own words.
     */
    String detail();

    record Delivered(String status, String detail) implements Outcome {
        public Delivered {
            Bug.unless(status.startsWith("2."), "delivered is of class 2");
            detail = printable(detail);
        }
    }

    record Deferred(String status, String detail, About about) implements Outcome {
        public Deferred {
            Bug.unless(status.startsWith("4."), "deferred is of class 4");
            detail = printable(detail);
        }
    }

    record Bounced(String status, String detail) implements Outcome {
        public Bounced {
            Bug.unless(status.startsWith("5."), "bounced is of class 5");
            detail = printable(detail);
        }
    }

    /** What a failure tells us about, hence what the queue manager holds back. */
    enum About {
        RECIPIENT,
        MESSAGE,
        HOST,
        DESTINATION
    }

    /** Longest detail in characters: two reply lines of RFC 5321 §4.5.3.1.5. */
    int DETAIL_CHARS_MAX = 1024;

    private static String printable(String text) {
        int length = Math.min(text.length(), DETAIL_CHARS_MAX);
        StringBuilder clean = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            clean.append(c < ' ' || c == 0x7f ? ' ' : c);
        }
        return clean.toString();
    }
}
