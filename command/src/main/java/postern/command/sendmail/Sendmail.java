package postern.command.sendmail;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import postern.base.Bug;
import postern.base.Endpoint;
import postern.base.Peer;
import postern.command.ExitStatus;
import postern.command.QueueClient;
import postern.command.StateFolder;
import postern.command.Terminal;
import postern.mail.Xtext;

/** The sendmail command: see its manual page, which {@link SendmailManual} writes. */
public final class Sendmail {
    /** The environment variable that names the submission socket. */
    public static final String SOCKET_VARIABLE = "POSTERN_SUBMISSION";

    private static final String SOCKET = "run/submission";
    private static final Duration CONNECT = Duration.ofSeconds(30);

    /**
     * So much of a message is read before the server is called: a slow writer keeps no session
     * waiting, a header is whole, and SIZE can be told. What is larger streams.
     */
    private static final int AHEAD_OCTETS = 1024 * 1024;

    private final Terminal terminal;
    private final StateFolder state;

    public Sendmail(Terminal terminal, StateFolder state) {
        this.terminal = terminal;
        this.state = state;
    }

    public ExitStatus run(List<String> arguments) {
        return switch (Options.parse(arguments)) {
            case Options.Parsed.Wrong(String why) -> {
                complain(why);
                complain("usage: sendmail [-t] [-i] [-f sender] [recipient ...] < message");
                yield ExitStatus.USAGE;
            }
            case Options.Parsed.Understood(Options options) -> run(options);
        };
    }

    private ExitStatus run(Options options) {
        return switch (options.mode()) {
            case SUBMIT -> submit(options);
            case DIALOGUE -> dialogue(options, false);
            case VERIFY -> verify(options);
            case ALIASES -> new AliasReload(terminal, folder(options)).run();
            case LIST -> new QueueClient(terminal, folder(options)).mailq();
            case FLUSH -> new QueueClient(terminal, folder(options)).flush();
            case NOTHING -> ExitStatus.OK;
        };
    }

    private ExitStatus submit(Options options) {
        MessageInput input = new MessageInput(terminal.in(), options.dotEnds());
        Optional<Refusal> refusal;
        try {
            List<Refusal> faults = new ArrayList<>();
            Optional<Letter> letter = letter(options, input, faults);
            refusal =
                    letter.isEmpty()
                            ? Optional.of(faults.getFirst())
                            : send(options, letter.get(), input);
        } catch (IOException unreadable) {
            refusal =
                    Optional.of(
                            Refusal.of(
                                    ExitStatus.IO_ERROR,
                                    "cannot read the message: " + unreadable.getMessage()));
        }
        if (refusal.isEmpty()) {
            return ExitStatus.OK;
        }
        refusal.get().reasons().forEach(this::complain);
        complain(refusal.get().unsure() ? "it may have been sent" : "nothing was sent");
        return refusal.get().status();
    }

    /** Reads as much of the message as is needed to know where it goes. */
    private Optional<Letter> letter(Options options, MessageInput input, List<Refusal> faults)
            throws IOException {
        List<Address> recipients = new ArrayList<>();
        for (String word : options.words()) {
            addresses(word, "recipient \"" + word + "\"", recipients, faults);
        }
        List<Address> senders = new ArrayList<>();
        boolean nobody = options.sender().isPresent() && nobody(options.sender().get());
        if (!nobody) {
            String text = options.sender().orElse("");
            if (text.isEmpty()) {
                senders.add(new Address(terminal.user(), ""));
            } else {
                addresses(text, "sender \"" + text + "\"", senders, faults);
            }
        }
        if (recipients.isEmpty() && !options.headerRecipients() && faults.isEmpty()) {
            faults.add(Refusal.of(ExitStatus.USAGE, "no recipient: name one, or use -t"));
        }
        if (!faults.isEmpty()) {
            return Optional.empty();
        }
        Ahead ahead = readAhead(input);
        Header header = Header.parse(ahead.octets, ahead.length);
        if (header.bodyFrom() == ahead.length && !ahead.complete) {
            faults.add(Refusal.of(ExitStatus.DATA_ERROR, "the header is longer than 1 MiB"));
            return Optional.empty();
        }
        if (options.headerRecipients()) {
            for (Header.Field field : header.recipientFields()) {
                addresses(field.value(), "field " + field.name(), recipients, faults);
            }
            if (recipients.isEmpty()) {
                faults.add(Refusal.of(ExitStatus.DATA_ERROR, "the header names no recipient"));
            }
        }
        if (senders.size() > 1) {
            faults.add(Refusal.of(ExitStatus.USAGE, "more than one sender"));
        }
        if (!faults.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Letter(
                        senders.stream().findFirst(),
                        nobody ? new Address(terminal.user(), "") : senders.getFirst(),
                        options.fullName(),
                        distinct(recipients),
                        options.notices(),
                        options.returned(),
                        Xtext.encode(options.envelopeId()),
                        options.verp(),
                        header,
                        Arrays.copyOfRange(ahead.octets, header.bodyFrom(), ahead.length),
                        ahead.complete));
    }

    private static boolean nobody(String sender) {
        return sender.isBlank() || sender.strip().equals("<>");
    }

    private static void addresses(
            String text, String where, List<Address> into, List<Refusal> faults) {
        switch (AddressList.parse(text)) {
            case AddressList.Parsed.Addresses(List<Address> found) -> into.addAll(found);
            case AddressList.Parsed.Malformed(String why) ->
                    faults.add(Refusal.of(ExitStatus.DATA_ERROR, "bad " + where + ": " + why));
        }
    }

    private static List<Address> distinct(List<Address> addresses) {
        Set<Address> seen = new HashSet<>();
        List<Address> distinct = new ArrayList<>();
        for (Address address : addresses) {
            String domain = address.domain().toLowerCase(Locale.ROOT);
            if (seen.add(new Address(address.localPart(), domain))) {
                distinct.add(address);
            }
        }
        return distinct;
    }

    private record Ahead(byte[] octets, int length, boolean complete) {}

    private static Ahead readAhead(MessageInput input) throws IOException {
        byte[] octets = {};
        int length = 0;
        while (length < AHEAD_OCTETS) {
            byte[] next = input.next();
            if (next.length == 0) {
                return new Ahead(octets, length, true);
            }
            if (length + next.length > octets.length) {
                octets = Arrays.copyOf(octets, Math.max(2 * octets.length, length + next.length));
            }
            System.arraycopy(next, 0, octets, length, next.length);
            length += next.length;
        }
        return new Ahead(octets, length, false);
    }

    private Optional<Refusal> send(Options options, Letter letter, MessageInput input) {
        Peer peer;
        try {
            peer = connect(options);
        } catch (IOException nobodyThere) {
            return Optional.of(unreachable(nobodyThere));
        }
        try (peer) {
            Submission submission =
                    new Submission(new Dialogue(peer, terminal.err(), options.verbose()));
            Optional<Refusal> refusal = submission.open();
            if (refusal.isEmpty()) {
                refusal = submission.send(letter, input);
            }
            if (refusal.isEmpty()) {
                submission.close();
            }
            return refusal;
        } catch (IOException broken) {
            return Optional.of(
                    Refusal.of(
                            ExitStatus.TEMPORARY,
                            "the conversation broke off: " + broken.getMessage()));
        }
    }

    private Peer connect(Options options) throws IOException {
        String named = terminal.variable(SOCKET_VARIABLE);
        if (!named.isEmpty() && options.configuration().isEmpty()) {
            return terminal.world().network().connect(new Endpoint.Local(Path.of(named)), CONNECT);
        }
        return folder(options).connect(terminal.world().network(), SOCKET);
    }

    private StateFolder folder(Options options) {
        return options.configuration().isEmpty()
                ? state
                : state.named(Path.of(options.configuration()));
    }

    private static Refusal unreachable(IOException failed) {
        return new Refusal(
                ExitStatus.TEMPORARY,
                List.of(
                        "cannot reach Postern: " + failed.getMessage(),
                        "is it running? \"postern status\" tells, \"postern start\" starts it"));
    }

    /**
     * bsmtp(1): batched SMTP on standard input, as UUCP and BITNET carried it and backup scripts
     * write it.
     */
    public ExitStatus batch(List<String> arguments) {
        if (!arguments.isEmpty()) {
            terminal.err().println("usage: bsmtp < batch");
            return ExitStatus.USAGE;
        }
        return switch (Options.parse(List.of())) {
            case Options.Parsed.Wrong(String why) -> throw new Bug(why);
            case Options.Parsed.Understood(Options options) -> dialogue(options, true);
        };
    }

    /** -bv: what would become of each recipient, as the server says it at RCPT. */
    private ExitStatus verify(Options options) {
        List<Refusal> faults = new ArrayList<>();
        List<Address> recipients = new ArrayList<>();
        for (String word : options.words()) {
            addresses(word, "recipient \"" + word + "\"", recipients, faults);
        }
        if (recipients.isEmpty() && faults.isEmpty()) {
            faults.add(Refusal.of(ExitStatus.USAGE, "no recipient: name one"));
        }
        if (!faults.isEmpty()) {
            faults.getFirst().reasons().forEach(this::complain);
            return faults.getFirst().status();
        }
        Peer peer;
        try {
            peer = connect(options);
        } catch (IOException nobodyThere) {
            unreachable(nobodyThere).reasons().forEach(this::complain);
            return ExitStatus.TEMPORARY;
        }
        try (peer) {
            Submission submission =
                    new Submission(new Dialogue(peer, terminal.err(), options.verbose()));
            Optional<Refusal> refusal = submission.open();
            if (refusal.isPresent()) {
                refusal.get().reasons().forEach(this::complain);
                return refusal.get().status();
            }
            ExitStatus status = submission.verify(recipients, terminal.out());
            submission.close();
            return status;
        } catch (IOException broken) {
            complain("the conversation broke off: " + broken.getMessage());
            return ExitStatus.TEMPORARY;
        }
    }

    private ExitStatus dialogue(Options options, boolean batch) {
        Peer peer;
        try {
            peer = connect(options);
        } catch (IOException failed) {
            unreachable(failed).reasons().forEach(this::complain);
            return ExitStatus.TEMPORARY;
        }
        try (peer) {
            return new Passage(terminal, peer, batch).run();
        } catch (IOException broken) {
            complain("the conversation broke off: " + broken.getMessage());
            return ExitStatus.TEMPORARY;
        }
    }

    private void complain(String what) {
        terminal.err().println("sendmail: " + what);
    }
}
