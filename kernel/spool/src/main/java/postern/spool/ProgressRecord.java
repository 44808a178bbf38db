package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import postern.spool.Progress.Attempted;

/** The payload of PROGRESS and DONE records: what became of some recipients of a message. */
record ProgressRecord(boolean delayNoticeSent, List<Progress> changes) {
    static final int VERSION = 2;

    /** Knew of no attempts. */
    private static final int FIRST_VERSION = 1;

    private static final int DELAY_NOTICE_SENT = 1;

    ProgressRecord {
        changes = List.copyOf(changes);
    }

    ByteBuffer encoded() {
        Encoder out = new Encoder(24 + 128 * changes.size());
        encode(out);
        return out.encoded();
    }

    void encode(Encoder out) {
        out.octet(VERSION).octet(delayNoticeSent ? DELAY_NOTICE_SENT : 0).count(changes.size());
        for (Progress change : changes) {
            out.count(change.recipient())
                    .octet(change.state().code())
                    .count(change.attempts())
                    .instant(change.due())
                    .text(change.detail())
                    .flag(change.attempted().isPresent());
            if (change.attempted().isPresent()) {
                Attempted attempted = change.attempted().get();
                out.instant(attempted.ended()).text(attempted.relay()).text(attempted.tls());
            }
        }
    }

    static ProgressRecord decode(ByteBuffer payload) throws IOException {
        return decode(new Decoder(payload));
    }

    static ProgressRecord decode(Decoder in) throws IOException {
        int version = in.octet();
        if (version != VERSION && version != FIRST_VERSION) {
            throw new IOException("a progress record of unknown version");
        }
        boolean delay = (in.octet() & DELAY_NOTICE_SENT) != 0;
        int count = in.items();
        List<Progress> changes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            changes.add(
                    new Progress(
                            in.count(),
                            state(in.octet()),
                            in.count(),
                            in.instant(),
                            in.text(),
                            version == FIRST_VERSION ? Optional.empty() : attempted(in)));
        }
        return new ProgressRecord(delay, changes);
    }

    private static Optional<Attempted> attempted(Decoder in) throws IOException {
        return in.flag()
                ? Optional.of(new Attempted(in.instant(), in.text(), in.text()))
                : Optional.empty();
    }

    private static Progress.State state(int code) throws IOException {
        for (Progress.State state : Progress.State.values()) {
            if (state.code() == code) {
                return state;
            }
        }
        throw new IOException("an unknown state of a recipient");
    }
}
