package postern.mail;

import java.util.Optional;

/**
 * One recipient of a message.
 *
 * @param wanted which notices its sender asked for: RFC 3461 §4.1
 * @param original ORCPT as it came, {@code rfc822;xtext} (RFC 3461 §4.2); empty when none was given
 */
public record Recipient(Mailbox mailbox, Notify wanted, String original) {
    /** Longest ORCPT parameter in octets: RFC 3461 §5.1 asks for 500. */
    public static final int ORIGINAL_OCTETS_MAX = 500;

    private static final String UTF8 = "utf-8;";

    /** ORCPT of an address that nobody gave one for: RFC 3461 §4.2; beyond ASCII RFC 6533 §3. */
    public static String originalOf(Mailbox mailbox) {
        String address = mailbox.toString();
        return mailbox.internationalized()
                ? UTF8 + Unitext.encode(address)
                : "rfc822;" + Xtext.encode(address);
    }

    /** Whether an ORCPT is of the type whose address is no xtext: RFC 6533 §3. */
    public static boolean originalIsUtf8(String original) {
        return original.regionMatches(true, 0, UTF8, 0, UTF8.length());
    }

    /**
     * The address of ORCPT without its type and as its sender wrote it: the encodings of RFC 3461
     * §4 and RFC 6533 §3 are taken off, unless control characters would come of that. Empty when no
     * ORCPT was given.
     */
    public Optional<String> originalAddress() {
        int type = original.indexOf(';');
        if (type < 0) {
            return Optional.empty();
        }
        String coded = original.substring(type + 1);
        String address =
                originalIsUtf8(original)
                        ? Unitext.decode(coded)
                        : Xtext.decode(coded).orElse(coded);
        boolean harmless = address.chars().noneMatch(Character::isISOControl);
        return Optional.of(harmless ? address : coded);
    }

    /** ORCPT for a host that takes ASCII alone: RFC 6533 §3. */
    public String originalInAscii() {
        if (original.chars().allMatch(c -> c < 0x80)) {
            return original;
        }
        return UTF8 + Unitext.encode(Unitext.decode(original.substring(UTF8.length())));
    }

    /** With notice of delay wanted too, unless none is wanted at all: RFC 2852 §4.1.4.2. */
    public Recipient withDelayNotified() {
        return wanted.equals(Notify.NEVER)
                ? this
                : new Recipient(
                        mailbox, new Notify(true, wanted.success, wanted.failure, true), original);
    }

    public static Recipient of(Mailbox mailbox) {
        return new Recipient(mailbox, Notify.DEFAULT, "");
    }

    /**
     * RFC 3461 §4.1. {@code NEVER} is none of the three, stated.
     *
     * @param stated whether the parameter was given at all; without it failure is notified, and
     *     delay by our own policy
     */
    public record Notify(boolean stated, boolean success, boolean failure, boolean delay) {
        public static final Notify DEFAULT = new Notify(false, false, true, true);
        public static final Notify NEVER = new Notify(true, false, false, false);

        /** The value of the NOTIFY parameter. */
        public String text() {
            StringBuilder text = new StringBuilder();
            if (success) {
                text.append(",SUCCESS");
            }
            if (failure) {
                text.append(",FAILURE");
            }
            if (delay) {
                text.append(",DELAY");
            }
            return text.isEmpty() ? "NEVER" : text.substring(1);
        }
    }
}
