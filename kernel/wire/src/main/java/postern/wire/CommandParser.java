package postern.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import postern.mail.AddressParser;
import postern.mail.Domain;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.wire.SmtpCommand.Parsed;

/**
 * Parses one command line, its CRLF taken off. Any thread.
 *
 * <p>Two tolerances unless {@code strict}, both for devices that never learnt better and neither a
 * danger, for the line still has one reading only: spaces behind the colon of {@code MAIL FROM:}
 * and {@code RCPT TO:} (RFC 5321 §3.3 forbids them), and an address without its angle brackets.
 */
public final class CommandParser {
    private static final Reply UNKNOWN = Reply.of(500, "5.5.2", "Command not recognized");
    private static final Reply BAD_CHARACTERS =
            Reply.of(500, "5.5.2", "Characters that are neither ASCII nor UTF-8");
    private static final Reply BAD_ARGUMENT =
            Reply.of(501, "5.5.4", "Characters that are neither ASCII nor UTF-8");
    private static final Set<String> WITH_ARGUMENT =
            Set.of("MAIL", "RCPT", "EHLO", "HELO", "LHLO", "VRFY", "EXPN", "NOOP", "HELP", "ETRN");

    private final Domain ours;
    private final boolean strict;
    private final Optional<Domain> origin;

    /**
     * @param ours completes {@code <Postmaster>}
     * @param strict refuses what RFC 5321 §3.3 forbids though it does no harm
     */
    public CommandParser(Domain ours, boolean strict) {
        this(ours, strict, Optional.empty());
    }

    private CommandParser(Domain ours, boolean strict, Optional<Domain> origin) {
        this.origin = origin;
        this.ours = ours;
        this.strict = strict;
    }

    /** The same where {@code <user>} is taken of those who submit mail, and completed by that. */
    public CommandParser completing(Domain bare) {
        return new CommandParser(ours, strict, Optional.of(bare));
    }

    public Parsed parse(byte[] line) {
        String text;
        try {
            text = text(line);
        } catch (CharacterCodingException neither) {
            return garbled(line);
        }
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
            end--; // RFC 5321 §4.1.1: trailing white space is tolerated
        }
        int space = text.indexOf(' ');
        int verbEnd = space < 0 || space > end ? end : space;
        String verb = text.substring(0, verbEnd).toUpperCase(Locale.ROOT); // RFC 5321 §2.4
        Cursor rest = new Cursor(text, verbEnd, end);
        try {
            return new Parsed.Command(command(verb, rest));
        } catch (Refusal refusal) {
            String name = refusal.reply.equals(UNKNOWN) ? "unknown" : verb.toLowerCase(Locale.ROOT);
            return new Parsed.Refused(refusal.reply, name);
        }
    }

    /**
     * Whom VRFY asks for.
     *
     * @param smtpUtf8 whether the reply may go beyond ASCII: RFC 6531 §3.7.4.2
     */
    public record User(Mailbox mailbox, boolean smtpUtf8) {}

    /**
     * RFC 5321 §4.1.2: 501 for invalid characters in an argument; §2.4: 500 for those elsewhere.
     */
    private static Parsed garbled(byte[] line) {
        String text = new String(line, StandardCharsets.ISO_8859_1);
        int space = text.indexOf(' ');
        String verb = space < 0 ? "" : text.substring(0, space).toUpperCase(Locale.ROOT);
        return WITH_ARGUMENT.contains(verb)
                ? new Parsed.Refused(BAD_ARGUMENT, verb.toLowerCase(Locale.ROOT))
                : new Parsed.Refused(BAD_CHARACTERS, "unknown");
    }

    /**
     * Whom VRFY asks for (RFC 5321 §4.1.1.6): an address with brackets or without, or a user of
     * ours; empty when it is neither.
     */
    public Optional<User> user(String whom) {
        String suffix = " SMTPUTF8";
        int length = whom.length() - suffix.length();
        boolean utf8 = length > 0 && whom.regionMatches(true, length, suffix, 0, suffix.length());
        String text = utf8 ? whom.substring(0, length) : whom;
        AddressParser.Parsed parsed =
                text.startsWith("<")
                        ? AddressParser.path(text, 0, ours)
                        : AddressParser.mailbox(text.indexOf('@') < 0 ? text + "@" + ours : text);
        return parsed instanceof AddressParser.Parsed.Address(Mailbox mailbox, int end)
                        && (!text.startsWith("<") || end == text.length())
                ? Optional.of(new User(mailbox, utf8))
                : Optional.empty();
    }

    private SmtpCommand command(String verb, Cursor rest) throws Refusal {
        return switch (verb) {
            case "MAIL" -> mail(rest);
            case "RCPT" -> rcpt(rest);
            case "EHLO" -> hello(SmtpCommand.Greeting.EHLO, rest);
            case "HELO" -> hello(SmtpCommand.Greeting.HELO, rest);
            case "LHLO" -> hello(SmtpCommand.Greeting.LHLO, rest);
            case "DATA" -> alone(new SmtpCommand.Data(), rest, "DATA");
            case "BDAT" -> bdat(rest);
            case "QUIT" -> alone(new SmtpCommand.Quit(), rest, "QUIT");
            case "RSET" -> alone(new SmtpCommand.Rset(), rest, "RSET");
            case "NOOP" -> new SmtpCommand.Noop(); // with a string or without: §4.1.1.9
            case "HELP" -> new SmtpCommand.Help();
            case "VRFY" -> new SmtpCommand.Vrfy(rest.argument("VRFY address"));
            case "EXPN" -> new SmtpCommand.Expn(rest.argument("EXPN list"));
            case "AUTH" -> auth(rest);
            case "STARTTLS" -> alone(new SmtpCommand.StartTls(), rest, "STARTTLS");
            case "XCLIENT" -> new SmtpCommand.Xclient(rest.argument("XCLIENT name=value"));
            case "XFORWARD" -> new SmtpCommand.Xforward(rest.argument("XFORWARD name=value"));
            case "ETRN" -> new SmtpCommand.Etrn(rest.argument("ETRN domain"));
            case "GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT" -> new SmtpCommand.Foreign();
            default -> throw new Refusal(UNKNOWN); // RFC 5321 §4.2.4: 500, not 502
        };
    }

    private static SmtpCommand alone(SmtpCommand command, Cursor rest, String syntax)
            throws Refusal {
        rest.require(rest.atEnd(), syntax);
        return command;
    }

    /** {@code SP ( Domain / address-literal )}. LHLO and HELO are bound the same way. */
    private static SmtpCommand hello(SmtpCommand.Greeting greeting, Cursor rest) throws Refusal {
        String said = rest.argument(greeting + " hostname");
        int space = said.startsWith("[") ? said.indexOf(' ') : -1;
        String client = space < 0 ? said : said.substring(0, space); // RFC 5321 §4.1.1.1: more
        // A literal is only looked at for its form: what a client believes its address to be is of
        // no consequence, and RFC 5321 §4.1.4 forbids to refuse it for not being true.
        boolean literal = client.startsWith("[") && client.endsWith("]") && Cursor.literal(client);
        rest.require(
                (literal || AddressParser.host(client)) && Cursor.ascii(client),
                greeting + " hostname, a domain name or an address in brackets");
        return new SmtpCommand.Hello(greeting, client);
    }

    /** {@code "MAIL FROM:" Reverse-path [SP Mail-parameters]}. */
    private SmtpCommand mail(Cursor rest) throws Refusal {
        rest.require(rest.takeWord(" FROM:"), "MAIL FROM:<address>");
        ReversePath from =
                switch (path(rest, "MAIL FROM:<address>", false)) {
                    case AddressParser.Parsed.Address address ->
                            new ReversePath.Sender(address.mailbox());
                    case AddressParser.Parsed.Empty _ -> ReversePath.NOBODY; // RFC 5321 §4.5.5
                    case AddressParser.Parsed.Invalid invalid ->
                            throw new Refusal(
                                    Reply.of(501, "5.1.7", "Bad sender: " + invalid.why()));
                };
        if (rest.atEnd()) {
            return new SmtpCommand.Mail(from, MailOptions.NONE, 0);
        }
        return new MailParameters(rest).parse(from);
    }

    /** {@code "RCPT TO:" Forward-path [SP Rcpt-parameters]}. */
    private SmtpCommand rcpt(Cursor rest) throws Refusal {
        rest.require(rest.takeWord(" TO:"), "RCPT TO:<address>");
        Mailbox to =
                switch (path(rest, "RCPT TO:<address>", true)) {
                    case AddressParser.Parsed.Address address -> address.mailbox();
                    case AddressParser.Parsed.Empty _ ->
                            throw new Refusal(Reply.of(501, "5.1.3", "Bad recipient: none"));
                    case AddressParser.Parsed.Invalid invalid ->
                            throw new Refusal(
                                    Reply.of(501, "5.1.3", "Bad recipient: " + invalid.why()));
                };
        return new SmtpCommand.Rcpt(
                rest.atEnd() ? Recipient.of(to) : RcptParameters.parse(to, rest));
    }

    /**
     * @param forward whether {@code <Postmaster>} may stand alone: RFC 5321 §2.3.5 allows it in
     *     RCPT
     */
    private AddressParser.Parsed path(Cursor rest, String syntax, boolean forward) throws Refusal {
        if (!strict) {
            rest.skipSpaces();
        }
        rest.require(!rest.atEnd(), syntax);
        AddressParser.Parsed path;
        if (!strict && rest.peek() != '<') {
            String bare = rest.word();
            path =
                    forward && bare.equalsIgnoreCase("postmaster")
                            ? new AddressParser.Parsed.Address(new Mailbox(bare, ours), 0)
                            : AddressParser.mailbox(complete(bare));
        } else {
            path =
                    origin.isPresent()
                            ? AddressParser.path(rest.text(), rest.at(), ours, origin.get())
                            : forward
                                    ? AddressParser.path(rest.text(), rest.at(), ours)
                                    : AddressParser.reversePath(rest.text(), rest.at());
            switch (path) {
                case AddressParser.Parsed.Address address -> rest.moveTo(address.end());
                case AddressParser.Parsed.Empty empty -> rest.moveTo(empty.end());
                case AddressParser.Parsed.Invalid _ -> {}
            }
        }
        rest.require(
                path instanceof AddressParser.Parsed.Invalid || rest.atEnd() || rest.peek() == ' ',
                syntax);
        return path;
    }

    private String complete(String bare) {
        return origin.isPresent() && !bare.isEmpty() && bare.indexOf('@') < 0
                ? bare + "@" + origin.get()
                : bare;
    }

    /** {@code "BDAT" SP chunk-size [SP "LAST"]}. */
    private static SmtpCommand bdat(Cursor rest) throws Refusal {
        String syntax = "BDAT octets [LAST]";
        rest.skipSpaces();
        long octets = Cursor.number(rest.word());
        rest.require(octets >= 0, syntax);
        rest.skipSpaces();
        boolean last = rest.takeWord("LAST");
        rest.require(rest.atEnd(), syntax);
        return new SmtpCommand.Bdat(octets, last);
    }

    /** {@code "AUTH" SP mechanism [SP initial-response]}. */
    private static SmtpCommand auth(Cursor rest) throws Refusal {
        rest.skipSpaces();
        String mechanism = rest.word().toUpperCase(Locale.ROOT);
        rest.skipSpaces();
        String response = rest.word();
        rest.require(!mechanism.isEmpty() && rest.atEnd(), "AUTH mechanism [response]");
        return new SmtpCommand.Auth(mechanism, response);
    }

    private static String text(byte[] line) throws CharacterCodingException {
        for (byte octet : line) {
            if (octet < 0) {
                return StandardCharsets.UTF_8
                        .newDecoder() // reports malformed input, unlike String
                        .decode(ByteBuffer.wrap(line))
                        .toString();
            }
        }
        return new String(line, StandardCharsets.ISO_8859_1);
    }

    /** Steers inside the parser only; carries the reply. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Reply reply;

        Refusal(Reply reply) {
            super(null, null, false, false);
            this.reply = reply;
        }
    }
}
