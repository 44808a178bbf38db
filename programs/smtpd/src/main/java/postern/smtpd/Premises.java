package postern.smtpd;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import postern.base.World;
import postern.mail.ContentStore;
import postern.mail.Domain;
import postern.mail.Mailbox;
import postern.wire.CommandParser;
import postern.wire.DataDecoder;
import postern.wire.Reply;

/**
 * What all sessions under one configuration share. Any thread.
 *
 * @param draining whether sessions are to end when they can
 */
record Premises(
        World world,
        SmtpdConfig config,
        CommandParser parser,
        CommandParser submissionParser,
        DataDecoder.Limits limits,
        Canned greeting,
        LastWords lastWords,
        Offers offers,
        Handshakes handshakes,
        ContentStore store,
        Intake intake,
        RecipientCheck recipients,
        Policy policy,
        Pressure pressure,
        Journal journal,
        BooleanSupplier draining) {

    static Premises of(
            World world,
            SmtpdConfig config,
            ContentStore store,
            Intake intake,
            Policy policy,
            Pressure pressure,
            BooleanSupplier draining) {
        SmtpdConfig.Bounds bounds = config.bounds();
        var parser = new CommandParser(new Domain(config.hostname()), config.strictEnvelope());
        return new Premises(
                world,
                config,
                parser,
                parser.completing(new Domain(config.origin())),
                new DataDecoder.Limits(
                        bounds.messageOctets(),
                        bounds.headerOctets(),
                        policy.limits().fieldOctets(),
                        bounds.hops(),
                        policy.limits().bareNewline() == Limits.BareNewline.NORMALIZE),
                Canned.of(220, "", config.hostname() + " ESMTP Postern"),
                new LastWords(config.hostname()),
                new Offers(config),
                new Handshakes(
                        policy.tls(), config.tls().handshakeLimit(), config.tls().handshakes()),
                store,
                intake,
                new RecipientCheck(intake, world.clock()),
                policy,
                pressure,
                new Journal(world.log()),
                draining);
    }

    /** What VRFY is told: RFC 5321 §3.5, as far as the operator lets us tell. */
    Reply verified(String whom, boolean mayRelay) {
        if (config.services().vrfy() != SmtpdConfig.Vrfy.RELAYED || !mayRelay) {
            return Replies.NOT_VERIFIED.reply();
        }
        Optional<CommandParser.User> asked = parser.user(whom);
        if (asked.isEmpty()) {
            return Replies.BAD_VRFY.reply();
        }
        Mailbox mailbox = asked.get().mailbox();
        if (mailbox.internationalized() && !asked.get().smtpUtf8()) {
            return Replies.NOT_SHOWN.reply();
        }
        Reply known = recipients.ask(mailbox);
        return known.code() == 250 ? Reply.of(250, "2.1.5", mailbox.toString()) : known;
    }
}
