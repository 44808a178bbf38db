package postern.command.sendmail;

import java.util.List;
import postern.command.ExitStatus;

/**
 * Why nothing was sent.
 *
 * @param reasons lines for the user
 * @param unsure the server had all of the message, but its answer got lost: it may have been sent
 */
record Refusal(ExitStatus status, List<String> reasons, boolean unsure) {
    Refusal {
        reasons = List.copyOf(reasons);
    }

    Refusal(ExitStatus status, List<String> reasons) {
        this(status, reasons, false);
    }

    static Refusal of(ExitStatus status, String reason) {
        return new Refusal(status, List.of(reason));
    }
}
