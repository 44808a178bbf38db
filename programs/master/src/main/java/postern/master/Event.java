package postern.master;

import java.util.List;
import postern.base.ControlLine;
import postern.base.Mailbox;
import postern.os.Processes;

/** What the supervisor's loop is told. */
sealed interface Event {
    /** A child serves; its words about its sandbox. */
    record Ready(int pid, String words) implements Event {}

    /** Somebody connects to a domain that waits for its first work. */
    record Called(String domain) implements Event {}

    record Ended(int pid, Processes.Exit exit) implements Event {}

    record Apply(Plan plan, Mailbox<Answer> reply) implements Event {}

    record AskStatus(Mailbox<List<Status>> reply) implements Event {}

    record Stop() implements Event {}

    /** To whoever asked for something to be done: lines of detail, then the result. */
    record Answer(List<ControlLine> lines, ControlLine result) {
        public Answer {
            lines = List.copyOf(lines);
        }

        static Answer done() {
            return new Answer(List.of(), ControlLine.ok());
        }

        static Answer failed(String text) {
            return new Answer(List.of(), ControlLine.error("failed", text));
        }

        /** A plan that is refused, and why. */
        static Answer refused(List<String> problems) {
            return new Answer(
                    problems.stream().map(line -> ControlLine.of("problem", line)).toList(),
                    ControlLine.error(
                            "failed", "the new configuration is refused; the old one stays"));
        }
    }
}
