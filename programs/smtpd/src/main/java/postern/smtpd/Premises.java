package postern.smtpd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import postern.base.World;
import postern.mail.ContentStore;
import postern.mail.Domain;
import postern.wire.CommandParser;
import postern.wire.DataDecoder;
import postern.wire.Reply;
import postern.wire.SmtpCommand.Greeting;

/**
 * What all sessions under one configuration share. Any thread.
 *
 * @param draining whether sessions are to end when they can
 */
record Premises(
        World world,
        SmtpdConfig config,
        CommandParser parser,
        DataDecoder.Limits limits,
        Canned greeting,
        Canned helo,
        Canned ehlo,
        Canned ehloOnSocket,
        Canned ehloToProxy,
        ContentStore store,
        Intake intake,
        RecipientCheck recipients,
        Journal journal,
        BooleanSupplier draining) {

    static Premises of(
            World world,
            SmtpdConfig config,
            ContentStore store,
            Intake intake,
            BooleanSupplier draining) {
        SmtpdConfig.Bounds bounds = config.bounds();
        return new Premises(
                world,
                config,
                new CommandParser(new Domain(config.hostname()), config.strictEnvelope()),
                new DataDecoder.Limits(
                        bounds.messageOctets(), bounds.headerOctets(), bounds.hops()),
                Canned.of(220, "", config.hostname() + " ESMTP Postern"),
                Canned.of(250, "", config.hostname()), // RFC 5321 §4.1.1.1: one line
                Canned.of(new Reply(250, "", extensions(config, List.of()))),
                Canned.of(new Reply(250, "", extensions(config, List.of("AUTH EXTERNAL")))),
                Canned.of(new Reply(250, "", extensions(config, List.of(Xclient.OFFER)))),
                store,
                intake,
                new RecipientCheck(intake, world.clock()),
                new Journal(world.log()),
                draining);
    }

    /**
     * @param proxy whether XCLIENT is for this client
     */
    Canned hello(Greeting greeting, ListenerConfig.Kind kind, boolean proxy) {
        if (greeting == Greeting.HELO) {
            return helo;
        }
        if (kind == ListenerConfig.Kind.SOCKET) {
            return ehloOnSocket;
        }
        return proxy ? ehloToProxy : ehlo;
    }

    private static List<String> extensions(SmtpdConfig config, List<String> more) {
        List<String> lines = new ArrayList<>();
        lines.add(config.hostname());
        lines.add("PIPELINING"); // RFC 2920
        lines.add("SIZE " + config.bounds().messageOctets()); // RFC 1870
        lines.add("8BITMIME"); // RFC 6152
        lines.add("SMTPUTF8"); // RFC 6531
        lines.add("CHUNKING"); // RFC 3030
        lines.add("DSN"); // RFC 3461
        lines.add("ENHANCEDSTATUSCODES"); // RFC 2034
        lines.addAll(more);
        return lines;
    }
}
