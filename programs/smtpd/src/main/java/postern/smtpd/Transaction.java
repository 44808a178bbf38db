package postern.smtpd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.mail.MailOptions;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Terms;
import postern.wire.DataDecoder;

/** What MAIL began: RFC 5321 §3.3. One thread only. */
final class Transaction {
    final ReversePath sender;
    MailOptions options;

    /** What SIZE announced; 0 when it did not. */
    final long announced;

    final List<Recipient> recipients = new ArrayList<>(2);
    private Optional<DataDecoder> chunks = Optional.empty();
    private @Nullable Marks marks; // few messages have any

    Transaction(ReversePath sender, MailOptions options, long announced) {
        this.sender = sender;
        this.options = options;
        this.announced = announced;
    }

    /** TLS-Required: No, which REQUIRETLS overrules: RFC 8689 §4.1. */
    void waiveTls() {
        Terms terms = options.terms();
        if (terms.protection() == Terms.Protection.UNSTATED) {
            options = options.with(terms.with(Terms.Protection.WAIVED));
        }
    }

    /** What rules want done with it; made at the first question. */
    Marks marks() {
        Marks made = marks;
        if (made == null) {
            made = new Marks();
            marks = made;
        }
        return made;
    }

    boolean marked() {
        return marks != null;
    }

    /** What BDAT has brought so far. */
    Optional<DataDecoder> chunks() {
        return chunks;
    }

    void chunks(DataDecoder decoder) {
        chunks = Optional.of(decoder);
    }

    /** Throws away what it holds. */
    void drop() {
        chunks.ifPresent(DataDecoder::close);
        chunks = Optional.empty();
    }
}
