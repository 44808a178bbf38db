package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The payload of PROGRESS and DONE records: what became of some recipients of a message. */
record ProgressRecord(boolean delayNoticeSent, List<Progress> changes) {
    private static final int VERSION = 1;
    private static final int DELAY_NOTICE_SENT = 1;

    ProgressRecord {
        changes = List.copyOf(changes);
    }

    ByteBuffer encoded() {
        Encoder out = new Encoder(24 + 80 * changes.size());
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
                    .text(change.detail());
        }
    }

    static ProgressRecord decode(ByteBuffer payload) throws IOException {
        return decode(new Decoder(payload));
    }

    static ProgressRecord decode(Decoder in) throws IOException {
        if (in.octet() != VERSION) {
            throw new IOException("a progress record of unknown version");
        }
        boolean delay = (in.octet() & DELAY_NOTICE_SENT) != 0;
        int count = in.items();
        List<Progress> changes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            changes.add(
                    new Progress(
                            in.count(), state(in.octet()), in.count(), in.instant(), in.text()));
        }
        return new ProgressRecord(delay, changes);
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
