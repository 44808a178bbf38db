package postern.mail;

/**
 * A reverse-path for each recipient, so that a notice tells by its own recipient whom it is about:
 * of {@code owner-list@a.example} for {@code ann@b.example} it is {@code
 * owner-list+ann=b.example@a.example}. Asked for by XVERP, as Postfix has it.
 */
public final class Verp {
    /** Where none are stated. Postfix's default_verp_delimiters. */
    public static final String DELIMITERS = "+=";

    /** Postfix's verp_delimiter_filter. */
    private static final String ALLOWED = "-=+";

    private static final String INTERNET = "rfc822;";

    private Verp() {}

    /** Whether they are two, and what delimiters may be. */
    public static boolean delimiters(String text) {
        return text.length() == 2
                && ALLOWED.indexOf(text.charAt(0)) >= 0
                && ALLOWED.indexOf(text.charAt(1)) >= 0;
    }

    /**
     * The reverse-path for one recipient; the same for all where none is asked for or there is
     * nobody to tell (RFC 5321 §4.5.5), or where it would be longer than every server must take
     * (§4.5.3.1). It names the recipient as the sender knew it.
     */
    public static ReversePath sender(ReversePath sender, Terms terms, Recipient recipient) {
        String delimiters = terms.verp();
        if (delimiters.isEmpty()
                || !(sender instanceof ReversePath.Sender(Mailbox(String local, Domain domain)))) {
            return sender;
        }
        Mailbox to = known(recipient);
        String name = local + delimiters.charAt(0) + to.localPart() + delimiters.charAt(1);
        Mailbox own = new Mailbox(name + to.domain(), domain);
        return AddressParser.mailbox(own.toString()) instanceof AddressParser.Parsed.Address
                ? ReversePath.of(own)
                : sender;
    }

    /** As ORCPT has it, where that is an address: aliases were expanded since. */
    private static Mailbox known(Recipient recipient) {
        String original = recipient.original();
        if (original.regionMatches(true, 0, INTERNET, 0, INTERNET.length())) {
            String address = Xtext.decode(original.substring(INTERNET.length())).orElse("");
            if (AddressParser.mailbox(address)
                    instanceof AddressParser.Parsed.Address(Mailbox mailbox, int _)) {
                return mailbox;
            }
        }
        return recipient.mailbox();
    }
}
