package postern.fuzz;

import java.nio.charset.StandardCharsets;
import postern.mail.Domain;
import postern.wire.CommandParser;
import postern.wire.Envelopes;
import postern.wire.SmtpCommand;
import postern.wire.SmtpCommand.Parsed;

/** The command parser: any line has one reading, and what we write of it reads the same. */
public final class CommandTarget {
    private static final Domain OURS = new Domain("mx.example.org");
    private static final CommandParser LIBERAL = new CommandParser(OURS, false);
    private static final CommandParser STRICT = new CommandParser(OURS, true);

    private CommandTarget() {}

    public static void fuzzerTestOneInput(byte[] line) {
        Parsed strict = STRICT.parse(line);
        Parsed liberal = LIBERAL.parse(line);
        if (strict instanceof Parsed.Command) {
            Finding.unless(strict.equals(liberal), "liberal reading differs: " + liberal);
        }
        if (liberal instanceof Parsed.Refused(var reply, var verb)) {
            Finding.unless(reply.code() >= 500 && reply.code() <= 555, "odd refusal: " + reply);
            Finding.unless(!verb.isEmpty(), "a refusal without a verb");
            return;
        }
        switch (((Parsed.Command) liberal).command()) {
            case SmtpCommand.Mail(var from, var options, long size, var wishes) -> {
                String text = Envelopes.mail(from, options, size, _ -> true);
                Parsed again = STRICT.parse(octets(text));
                Finding.unless(
                        again instanceof Parsed.Command(SmtpCommand.Mail mail)
                                && mail.from().equals(from)
                                && mail.options().equals(options)
                                && mail.size() == size,
                        "another MAIL: " + text + " of " + wishes);
            }
            case SmtpCommand.Rcpt(var recipient) -> {
                String text = Envelopes.rcpt(recipient, _ -> true);
                Parsed again = STRICT.parse(octets(text));
                Finding.unless(
                        again instanceof Parsed.Command(SmtpCommand.Rcpt(var other))
                                && other.equals(recipient),
                        "another RCPT: " + text);
            }
            case SmtpCommand.Vrfy(String whom) -> {
                var unused = LIBERAL.user(whom);
            }
            default -> {}
        }
    }

    private static byte[] octets(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            Finding.unless(c >= ' ' && c != 0x7f, "a control in a command of ours: " + text);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
