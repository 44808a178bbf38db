package postern.sim;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import postern.base.Endpoint;
import postern.base.Peer;
import postern.testkit.SimProcess;

/** Who asks the queue what it holds, by the socket that {@code mailq} uses. */
final class Operator {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final SimProcess process;
    private final Endpoint socket;

    Operator(SimProcess process, Endpoint socket) {
        this.process = process;
        this.socket = socket;
    }

    /** An answer on its way. */
    static final class Answer {
        private final List<String> lines = new ArrayList<>();
        private boolean whole;

        /** Whether it has come to its end. */
        boolean whole() {
            return whole;
        }

        /** The lines before the result. */
        List<String> lines() {
            return List.copyOf(lines);
        }
    }

    /** Asks, and lets the answer come in its own time. */
    Answer ask(String request) {
        Answer answer = new Answer();
        process.start("ask", () -> ask(request, answer));
        return answer;
    }

    private void ask(String request, Answer answer) {
        try (Peer peer = process.world().network().connect(socket, PATIENCE)) {
            Wire wire = new Wire(peer);
            wire.expireAfter(PATIENCE);
            wire.send(request + "\n");
            String line = wire.unixLine();
            while (!line.equals(".")) {
                if (!line.startsWith("result=")) {
                    answer.lines.add(line);
                }
                line = wire.unixLine();
            }
            answer.whole = true;
        } catch (IOException gone) {
            // the queue is down: whoever asks sees that nothing came
        }
    }
}
