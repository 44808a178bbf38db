package postern.master;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import postern.base.ControlLine;
import postern.os.Processes;

/**
 * One process, as an operator sees it.
 *
 * @param pid none while the domain has no process
 * @param uid whom it runs as
 * @param started when this process was
 * @param sandbox words of what is in force: {@code landlock=7 seccomp=78}; empty: nothing
 * @param listens endpoints
 */
record Status(
        String domain,
        State state,
        OptionalInt pid,
        int uid,
        Instant started,
        int restarts,
        String sandbox,
        List<String> listens) {

    /** What a process is about; its name in lower case goes over the socket. */
    enum State {
        RUNNING,
        STARTING,
        DRAINING,
        BACKOFF,
        WAITING,
        STOPPED;

        private String word() {
            return switch (this) {
                case RUNNING -> "running";
                case STARTING -> "starting";
                case DRAINING -> "draining";
                case BACKOFF -> "backoff";
                case WAITING -> "waiting";
                case STOPPED -> "stopped";
            };
        }
    }

    /** As docs/protocols/control.md has it. Memory is looked up at this moment. */
    ControlLine line() {
        ControlLine line = ControlLine.of("domain", domain).with("state", state.word());
        if (pid.isPresent()) {
            line = line.with("pid", pid.getAsInt());
        }
        line = line.with("uid", Integer.toUnsignedString(uid));
        if (pid.isPresent()) {
            line = line.with("started", started.getEpochSecond());
        }
        line = line.with("restarts", restarts);
        if (pid.isPresent()) {
            line = line.with("sandbox", inForce(sandbox));
            OptionalLong memory = Processes.memory(pid.getAsInt());
            if (memory.isPresent()) {
                line = line.with("memory", memory.getAsLong());
            }
        }
        return listens.isEmpty() ? line : line.with("listens", String.join(",", listens));
    }

    /** {@code landlock=7 seccomp=78} becomes {@code landlock,seccomp,nnp}. */
    private static String inForce(String words) {
        List<String> names = new ArrayList<>();
        for (String word : words.split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0 && !word.startsWith("none", equals + 1)) {
                names.add(word.substring(0, equals));
            }
        }
        if (!words.isEmpty()) {
            names.add("nnp"); // Spawner starts nobody without
        }
        return names.isEmpty() ? "none" : String.join(",", names);
    }
}
