package postern.smtpd;

import java.util.function.BooleanSupplier;
import postern.base.World;
import postern.mail.ContentStore;
import postern.mail.Domain;
import postern.wire.CommandParser;
import postern.wire.DataDecoder;

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
        Offers offers,
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
        return new Premises(
                world,
                config,
                new CommandParser(new Domain(config.hostname()), config.strictEnvelope()),
                new DataDecoder.Limits(
                        bounds.messageOctets(),
                        bounds.headerOctets(),
                        policy.limits().fieldOctets(),
                        bounds.hops()),
                Canned.of(220, "", config.hostname() + " ESMTP Postern"),
                new Offers(config),
                store,
                intake,
                new RecipientCheck(intake, world.clock()),
                policy,
                pressure,
                new Journal(world.log()),
                draining);
    }
}
