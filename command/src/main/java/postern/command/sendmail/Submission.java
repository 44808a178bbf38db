package postern.command.sendmail;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import postern.command.ExitStatus;
import postern.mail.AddressParser;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Recipient;
import postern.mail.Terms;
import postern.wire.Envelopes;
import postern.wire.Reply;

/**
 * One message by SMTP. All or nothing: when the server refuses one recipient, nobody gets the
 * message, so that a caller who tries again sends no copy twice. One thread only.
 */
final class Submission {
    /** Commands sent before their replies are read, so that neither side's buffer fills up. */
    private static final int PIPELINED_MAX = 100;

    private final Dialogue dialogue;
    private final Set<String> offers = new HashSet<>();
    private String server = "";

    Submission(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    /**
     * Greets the server and proves who we are: {@code AUTH EXTERNAL} is the kernel's word here (RFC
     * 4422, appendix A).
     */
    Optional<Refusal> open() throws IOException {
        Reply greeting = dialogue.reply();
        if (!greeting.positive()) {
            return refused(greeting, "", ExitStatus.UNAVAILABLE);
        }
        Reply hello = dialogue.ask("EHLO localhost");
        if (!hello.positive()) {
            return refused(hello, "", ExitStatus.UNAVAILABLE);
        }
        String name = hello.lines().getFirst();
        int space = name.indexOf(' ');
        server = space < 0 ? name : name.substring(0, space);
        boolean external = false;
        for (String line : hello.lines().subList(1, hello.lines().size())) {
            String offer = line.toUpperCase(Locale.ROOT);
            int end = offer.indexOf(' ');
            offers.add(end < 0 ? offer : offer.substring(0, end));
            external |= offer.startsWith("AUTH ") && offer.contains(" EXTERNAL");
        }
        if (external) {
            Reply proof = dialogue.ask("AUTH EXTERNAL =");
            if (!proof.positive()) {
                return refused(proof, "", ExitStatus.NO_PERMISSION);
            }
        }
        return Optional.empty();
    }

    /**
     * Sends the message.
     *
     * @param more the rest of the message; asked only when the letter is not complete
     * @return why it was not sent; empty when the server has it
     */
    Optional<Refusal> send(Letter letter, MessageInput more) throws IOException {
        List<Refusal> faults = new ArrayList<>();
        @Nullable Named sender =
                letter.sender().isEmpty() ? null : named(letter.sender().get(), faults);
        List<Named> recipients = new ArrayList<>();
        for (Address address : letter.recipients()) {
            Named recipient = named(address, faults);
            if (recipient != null) {
                recipients.add(recipient);
            }
        }
        byte[] header = letter.header().outgoing(from(letter, faults));
        if (!letter.verp().isEmpty() && !offers.contains("XVERP")) {
            faults.add(Refusal.of(ExitStatus.UNAVAILABLE, "the server does not offer XVERP"));
        }
        if (!faults.isEmpty()) {
            return joined(faults);
        }
        boolean utf8 =
                letter.header().internationalized()
                        || sender != null && sender.mailbox.internationalized()
                        || recipients.stream().anyMatch(each -> each.mailbox.internationalized());
        boolean eightBit = !letter.complete() || eightBit(header) || eightBit(letter.body());
        MailOptions options =
                new MailOptions(
                        eightBit ? MailOptions.Body.EIGHT_BIT_MIME : MailOptions.Body.SEVEN_BIT,
                        utf8,
                        letter.returned(),
                        letter.envelopeId(),
                        Terms.NONE.withVerp(letter.verp()));
        long octets = header.length + (long) letter.body().length;
        Optional<Refusal> refusal =
                sender(sender == null ? "" : sender.text, options, letter.complete() ? octets : -1);
        if (refusal.isEmpty()) {
            refusal = recipients(recipients, letter.notices());
        }
        return refusal.isPresent() ? refusal : data(header, letter, more);
    }

    private Optional<Refusal> sender(String sender, MailOptions options, long octets)
            throws IOException {
        Reply mail =
                dialogue.ask(
                        Envelopes.mail(
                                sender,
                                options,
                                octets,
                                offer ->
                                        offers.contains(offer)
                                                && (octets >= 0 || !offer.equals("SIZE"))));
        return mail.positive()
                ? Optional.empty()
                : refused(mail, "sender <" + sender + ">: ", ExitStatus.DATA_ERROR);
    }

    private Optional<Refusal> recipients(List<Named> recipients, Recipient.Notify notices)
            throws IOException {
        List<Refusal> faults = new ArrayList<>();
        int batch = offers.contains("PIPELINING") ? PIPELINED_MAX : 1;
        for (int from = 0; from < recipients.size(); from += batch) {
            List<Named> part = recipients.subList(from, Math.min(from + batch, recipients.size()));
            for (Named each : part) {
                var recipient = new Recipient(each.mailbox, notices, "");
                dialogue.say(Envelopes.rcpt(each.text, recipient, offers::contains));
            }
            for (Named each : part) {
                Reply reply = dialogue.reply();
                if (!reply.positive()) {
                    refused(reply, each.text + ": ", ExitStatus.NO_USER).ifPresent(faults::add);
                }
            }
        }
        return faults.isEmpty() ? Optional.empty() : joined(faults);
    }

    private Optional<Refusal> data(byte[] header, Letter letter, MessageInput more)
            throws IOException {
        Reply go = dialogue.ask("DATA");
        if (go.code() != 354) {
            return refused(go, "", ExitStatus.UNAVAILABLE);
        }
        DotStuffing data = new DotStuffing(dialogue);
        data.write(header);
        data.write(letter.body());
        if (!letter.complete()) {
            for (byte[] next = more.next(); next.length > 0; next = more.next()) {
                data.write(next);
            }
        }
        data.end();
        Reply verdict;
        try {
            verdict = dialogue.verdict();
        } catch (IOException lost) { // RFC 5321 §6.1: between its 250 and us the line may break
            String why = "no answer to the message: " + lost.getMessage();
            return Optional.of(new Refusal(ExitStatus.TEMPORARY, List.of(why), true));
        }
        return verdict.positive() ? Optional.empty() : refused(verdict, "", ExitStatus.DATA_ERROR);
    }

    /** Tells for each recipient whether the server would take a message for it. */
    ExitStatus verify(List<Address> addresses, PrintStream out) throws IOException {
        Reply mail = dialogue.ask("MAIL FROM:<>");
        ExitStatus status = mail.positive() ? ExitStatus.OK : ExitStatus.TEMPORARY;
        for (Address address : addresses) {
            List<Refusal> faults = new ArrayList<>();
            Named named = named(address, faults);
            if (named == null) {
                faults.getFirst().reasons().forEach(out::println);
                status = ExitStatus.DATA_ERROR;
                continue;
            }
            Reply reply = dialogue.ask("RCPT TO:<" + named.text + ">");
            out.println(
                    named.text
                            + "... "
                            + (reply.positive() ? "deliverable" : "undeliverable: " + reply));
            if (!reply.positive()) {
                status = reply.permanentFailure() ? ExitStatus.NO_USER : ExitStatus.TEMPORARY;
            }
        }
        Reply unused = dialogue.ask("RSET");
        return status;
    }

    /** Ends the conversation; what was sent is sent, whatever comes. */
    void close() {
        try {
            Reply unused = dialogue.ask("QUIT");
        } catch (IOException gone) {
            // the server has answered for the message already
        }
    }

    private String from(Letter letter, List<Refusal> faults) {
        if (letter.fullName().isEmpty()) {
            return "";
        }
        Named author = named(letter.author(), faults);
        return author == null
                ? ""
                : "From: " + DisplayName.of(letter.fullName()) + " <" + author.text + ">";
    }

    /**
     * An address as it goes on the wire.
     *
     * @param text without a domain where the user wrote none: the server knows what completes it
     */
    private record Named(Mailbox mailbox, String text) {}

    private @Nullable Named named(Address address, List<Refusal> faults) {
        Mailbox mailbox = mailbox(address, faults);
        if (mailbox == null) {
            return null;
        }
        String text = mailbox.toString();
        boolean bare = address.domain().isEmpty();
        return new Named(mailbox, bare ? text.substring(0, text.lastIndexOf('@')) : text);
    }

    private @Nullable Mailbox mailbox(Address address, List<Refusal> faults) {
        String domain = address.domain().isEmpty() ? server : address.domain();
        String text =
                Mailbox.of(address.localPart(), domain.isEmpty() ? "localhost" : domain).toString();
        return switch (AddressParser.mailbox(text)) {
            case AddressParser.Parsed.Address(Mailbox mailbox, _) -> mailbox;
            case AddressParser.Parsed.Empty _ -> fault(text, "it is empty", faults);
            case AddressParser.Parsed.Invalid(String why) -> fault(text, why, faults);
        };
    }

    private static @Nullable Mailbox fault(String text, String why, List<Refusal> faults) {
        faults.add(Refusal.of(ExitStatus.DATA_ERROR, "bad address " + text + ": " + why));
        return null;
    }

    private static boolean eightBit(byte[] octets) {
        for (byte octet : octets) {
            if (octet < 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * @param permanent what a permanent refusal means here, where its status does not say more
     */
    private static Optional<Refusal> refused(Reply reply, String about, ExitStatus permanent) {
        ExitStatus status = permanent;
        if (!reply.permanentFailure()) {
            status = ExitStatus.TEMPORARY;
        } else if (reply.status().startsWith("5.7.")) {
            status = ExitStatus.NO_PERMISSION;
        } else if (reply.status().equals("5.1.3") || reply.code() == 501 || reply.code() == 552) {
            status = ExitStatus.DATA_ERROR;
        }
        return Optional.of(Refusal.of(status, about + reply));
    }

    /** A permanent refusal outweighs a transient one: trying again would not mend it. */
    private static Optional<Refusal> joined(List<Refusal> faults) {
        ExitStatus status = ExitStatus.TEMPORARY;
        List<String> reasons = new ArrayList<>();
        for (Refusal fault : faults) {
            reasons.addAll(fault.reasons());
            if (status == ExitStatus.TEMPORARY) {
                status = fault.status();
            }
        }
        return Optional.of(new Refusal(status, reasons));
    }
}
