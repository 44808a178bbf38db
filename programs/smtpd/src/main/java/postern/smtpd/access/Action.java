package postern.smtpd.access;

import java.time.Duration;
import postern.mail.Mailbox;
import postern.wire.Reply;

/** What a rule does. The last word at a stage ends it; the others let later rules be asked. */
public sealed interface Action {

    /** No further rule of this stage is asked. It opens nothing else. */
    record Permit() implements Action {}

    /** A refusal for good. */
    record Reject(Reply reply) implements Action {}

    /** A refusal for now. */
    record Defer(Reply reply) implements Action {}

    /** The message is taken and waits in the queue until the operator releases it. */
    record Hold() implements Action {}

    /** The message goes to this address instead of its recipients. */
    record Redirect(Mailbox to) implements Action {}

    /**
     * A header field is put before the message's own.
     *
     * @param field {@code Name: value}, without CRLF
     */
    record Prepend(String field) implements Action {}

    /** The message goes to this address too. */
    record AddRecipient(Mailbox to) implements Action {}

    /** The client is told that its message was taken, and nobody gets it. */
    record Discard() implements Action {}

    /** The reply waits. */
    record Tarpit(Duration delay) implements Action {}

    /** A line in the log says that the rule holds. */
    record Warn() implements Action {}

    /** Whether no further rule of the stage is asked. */
    default boolean last() {
        return switch (this) {
            case Permit _, Reject _, Defer _, Discard _ -> true;
            case Hold _, Redirect _, Prepend _, AddRecipient _, Tarpit _, Warn _ -> false;
        };
    }

    /** Whether it does something with a message, so that one must be under way. */
    default boolean aboutMessage() {
        return switch (this) {
            case Hold _, Redirect _, Prepend _, AddRecipient _, Discard _ -> true;
            case Permit _, Reject _, Defer _, Tarpit _, Warn _ -> false;
        };
    }

    /** For the log and for people: {@code reject 554 5.7.1 Access denied}. */
    default String text() {
        return switch (this) {
            case Permit _ -> "permit";
            case Reject(Reply reply) -> "reject " + reply;
            case Defer(Reply reply) -> "defer " + reply;
            case Hold _ -> "hold";
            case Redirect(Mailbox to) -> "redirect to <" + to + ">";
            case Prepend(String field) -> "prepend " + field;
            case AddRecipient(Mailbox to) -> "add-recipient <" + to + ">";
            case Discard _ -> "discard";
            case Tarpit(Duration delay) -> "tarpit " + delay.toMillis() + " ms";
            case Warn _ -> "warn";
        };
    }
}
