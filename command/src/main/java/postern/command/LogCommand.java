package postern.command;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ParseResult;
import postern.base.Json;
import postern.mail.QueueId;
import postern.spool.LogReader;
import postern.spool.LogReader.SegmentSeen;
import postern.spool.LogReader.Unsound;
import postern.spool.LoggedMessages;
import postern.spool.LoggedMessages.Standing;
import postern.spool.QueueLog;
import postern.spool.QueueLog.Position;

/**
 * {@code postern log}: looks at the queue's files while no queue runs, or at a copy of them. It
 * never writes into the queue.
 */
final class LogCommand {
    private final Terminal terminal;
    private final Path queue;
    private final boolean live;
    private final boolean json;

    /**
     * @param queue the queue's directory
     * @param live whether it may belong to a process now
     */
    LogCommand(Terminal terminal, Path queue, boolean live, boolean json) {
        this.terminal = terminal;
        this.queue = queue;
        this.live = live;
        this.json = json;
    }

    /** Tells where the queue is when nobody named it. */
    interface Configured {
        Path queue() throws IOException;
    }

    /** What was typed behind {@code postern log}. */
    static ExitStatus run(
            Terminal terminal, ParseResult typed, boolean json, Configured configured) {
        Path queue;
        try {
            String folder = typed.matchedOptionValue("--queue", "");
            queue = folder.isEmpty() ? configured.queue() : Path.of(folder);
        } catch (IOException broken) {
            terminal.err().println("postern: " + broken.getMessage());
            terminal.err().println("postern: --queue names the queue's folder without it");
            return ExitStatus.CONFIGURATION;
        }
        List<String> words = new ArrayList<>();
        typed.matchedPositionals().forEach(given -> words.addAll(given.originalStringValues()));
        String verb = typed.commandSpec().name();
        boolean salvage = verb.equals("salvage");
        List<QueueId> ids = new ArrayList<>();
        for (String word : salvage ? words.subList(1, words.size()) : words) {
            Optional<QueueId> id = QueueId.parse(word);
            if (id.isEmpty()) {
                terminal.err().println("postern: \"" + word + "\" is no queue id");
                return ExitStatus.USAGE;
            }
            ids.add(id.get());
        }
        LogCommand command =
                new LogCommand(terminal, queue, typed.hasMatchedOption("--live"), json);
        return switch (verb) {
            case "verify" -> command.verify();
            case "dump" -> command.dump(ids.stream().findFirst());
            default ->
                    command.salvage(
                            Path.of(words.getFirst()), ids, typed.hasMatchedOption("--finished"));
        };
    }

    private interface Action {
        ExitStatus run(LogReader log) throws IOException;
    }

    private ExitStatus verify() {
        return with(this::verify);
    }

    private ExitStatus dump(Optional<QueueId> only) {
        return with(
                log -> {
                    Dump dump = new Dump(terminal, json, only);
                    log.read(dump);
                    return dump.damaged() ? ExitStatus.DATA_ERROR : ExitStatus.OK;
                });
    }

    /**
     * @param wanted none: all that are queued
     * @param finished whether those that have left the queue are written out too
     */
    private ExitStatus salvage(Path folder, List<QueueId> wanted, boolean finished) {
        return with(log -> new Salvage(terminal, log, folder, json).run(wanted, finished));
    }

    private ExitStatus with(Action action) {
        try (LogReader log = new LogReader(terminal.world().disk(), queue)) {
            if (!live && log.inUse()) {
                terminal.err()
                        .println(
                                "postern: the queue in "
                                        + queue
                                        + " belongs to a running Postern; \"postern stop\" first, or"
                                        + " read it as it is at this moment with --live");
                return ExitStatus.TEMPORARY;
            }
            return action.run(log);
        } catch (NoSuchFileException absent) {
            terminal.err().println("postern: " + absent.getMessage());
            return ExitStatus.NO_INPUT;
        } catch (AccessDeniedException closed) {
            terminal.err()
                    .println(
                            "postern: "
                                    + closed.getFile()
                                    + ": permission denied; use root or Postern's user");
            return ExitStatus.NO_PERMISSION;
        } catch (IOException failed) {
            terminal.err().println("postern: " + failed);
            return ExitStatus.IO_ERROR;
        }
    }

    private ExitStatus verify(LogReader log) throws IOException {
        Survey survey = new Survey();
        log.read(survey);
        LoggedMessages messages = survey.messages();
        List<String> incomplete = new ArrayList<>();
        for (QueueId id : messages.ids()) {
            var message = messages.message(id, log);
            if (message.standing() == Standing.INCOMPLETE) {
                incomplete.add(id.text());
            }
        }
        boolean sound = survey.sound() && incomplete.isEmpty() && messages.senseless().isEmpty();
        if (json) {
            terminal.out().println(Json.of(survey.report(queue, sound, incomplete)));
        } else {
            survey.print(terminal.out(), incomplete);
            terminal.out().println(queue + (sound ? ": sound" : ": DAMAGED"));
        }
        return sound ? ExitStatus.OK : ExitStatus.DATA_ERROR;
    }

    /** One line, or one object, for each thing found. */
    private record Entry(String line, Map<String, Object> object) {}

    /** Prints everything that is found. */
    private static final class Dump implements LogReader.Sink {
        private final Terminal terminal;
        private final boolean json;
        private final Optional<QueueId> only;
        private boolean damaged;

        Dump(Terminal terminal, boolean json, Optional<QueueId> only) {
            this.terminal = terminal;
            this.json = json;
            this.only = only;
        }

        boolean damaged() {
            return damaged;
        }

        private void print(Entry entry) {
            terminal.out().println(json ? Json.of(entry.object()) : entry.line());
        }

        @Override
        public void segment(SegmentSeen segment) {
            damaged |= !segment.problem().isEmpty();
            if (only.isPresent()) {
                return;
            }
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("what", "segment");
            object.putAll(Survey.object(segment));
            print(new Entry(Survey.line(segment), object));
        }

        @Override
        public void record(QueueLog.Type type, QueueId id, Position at, ByteBuffer payload) {
            if (only.isPresent() && !only.get().equals(id)) {
                return;
            }
            String says = LoggedMessages.summary(type, id, payload);
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("what", "record");
            object.put("type", type.name());
            object.put("id", id.text());
            object.put("segment", at.segment());
            object.put("offset", at.offset());
            object.put("octets", at.length());
            object.put("says", says);
            String line =
                    "%x:%08x %-8s %s %d octets %s"
                            .formatted(
                                    at.segment(),
                                    at.offset(),
                                    type,
                                    id.text(),
                                    at.length(),
                                    Survey.plain(says));
            print(new Entry(line.stripTrailing(), object));
        }

        @Override
        public void unsound(Unsound region) {
            damaged |= !region.end();
            boolean others = only.isPresent() && only.get().value() != region.id();
            if (!others) {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("what", "unsound");
                object.putAll(Survey.object(region));
                print(new Entry(Survey.line(region), object));
            }
        }
    }
}
