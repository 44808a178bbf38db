package postern.command;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.base.Json;
import postern.mail.Envelope;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.spool.LogReader;
import postern.spool.LoggedMessages;
import postern.spool.LoggedMessages.Message;
import postern.spool.LoggedMessages.Standing;
import postern.spool.Progress;
import postern.spool.QueueLog.Position;

/**
 * Writes messages of the log into files: {@code ID.eml} and {@code ID.json}. A file that exists
 * already is never written to.
 */
final class Salvage {
    private final Terminal terminal;
    private final Disk disk;
    private final LogReader log;
    private final Path folder;
    private final boolean json;
    private final Survey survey = new Survey();
    private final List<Object> written = new ArrayList<>();
    private int whole;
    private int partial;

    Salvage(Terminal terminal, LogReader log, Path folder, boolean json) {
        this.terminal = terminal;
        this.disk = terminal.world().disk();
        this.log = log;
        this.folder = folder;
        this.json = json;
    }

    /**
     * @param wanted none: all
     * @param finished whether those that have left the queue are written too
     */
    ExitStatus run(List<QueueId> wanted, boolean finished) throws IOException {
        log.read(survey);
        disk.createDirectories(folder);
        LoggedMessages messages = survey.messages();
        List<QueueId> unknown = new ArrayList<>(wanted);
        for (QueueId id : messages.ids()) {
            if (wanted.isEmpty() || wanted.contains(id)) {
                Message message = messages.message(id, log);
                if (finished || message.standing() != Standing.FINISHED) {
                    write(message);
                }
                unknown.remove(id);
            }
        }
        if (!survey.sound() || !messages.senseless().isEmpty()) { // an envelope may be damaged
            for (Map.Entry<QueueId, List<Position>> orphan : messages.orphans().entrySet()) {
                if (wanted.isEmpty() || wanted.contains(orphan.getKey())) {
                    write(orphan.getKey(), orphan.getValue());
                    unknown.remove(orphan.getKey());
                }
            }
        }
        disk.syncDirectory(folder);
        return report(unknown);
    }

    private ExitStatus report(List<QueueId> unknown) {
        unknown.forEach(id -> terminal.err().println("postern: not in the log: " + id.text()));
        if (json) {
            Map<String, Object> report = new LinkedHashMap<>();
            report.put("folder", folder);
            report.put("whole", whole);
            report.put("partial", partial);
            report.put("messages", written);
            terminal.out().println(Json.of(report));
        } else {
            terminal.out()
                    .printf("%d messages written to %s, and %d in part%n", whole, folder, partial);
        }
        if (!unknown.isEmpty()) {
            return ExitStatus.NO_INPUT;
        }
        return partial > 0 || !survey.sound() ? ExitStatus.DATA_ERROR : ExitStatus.OK;
    }

    private void write(Message message) throws IOException {
        List<Position> sound = new ArrayList<>(message.content());
        sound.removeAll(message.missing());
        boolean all = message.missing().isEmpty();
        String id = message.message().envelope().id().text();
        String content = id + (all ? ".eml" : ".partial.eml");
        content(content, sound);
        Map<String, Object> object = object(message);
        object.put("content", content);
        finish(id, object, all);
    }

    /** Content whose envelope is damaged, or that was never handed in whole. */
    private void write(QueueId id, List<Position> parts) throws IOException {
        String content = id.text() + ".orphan.eml";
        content(content, parts);
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("id", id.text());
        object.put("standing", "ORPHAN");
        object.put("content", content);
        finish(id.text(), object, false);
    }

    private void finish(String id, Map<String, Object> object, boolean all) throws IOException {
        try (DiskFile file = disk.create(folder.resolve(id + ".json"))) {
            byte[] octets = (Json.of(object) + "\n").getBytes(StandardCharsets.UTF_8);
            file.write(0, ByteBuffer.wrap(octets));
            file.sync();
        }
        whole += all ? 1 : 0;
        partial += all ? 0 : 1;
        if (json) {
            written.add(object);
        }
    }

    private void content(String name, List<Position> parts) throws IOException {
        try (DiskFile file = disk.create(folder.resolve(name))) {
            long at = 0;
            for (Position part : parts) {
                file.write(at, ByteBuffer.wrap(log.payload(part)));
                at += part.length();
            }
            file.sync();
        }
    }

    private static Map<String, Object> object(Message message) {
        Envelope envelope = message.message().envelope();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("id", envelope.id().text());
        object.put("standing", message.standing());
        object.put("octets", message.message().octets());
        object.put("missing", message.missing().stream().mapToLong(Position::length).sum());
        object.put("arrived", envelope.arrived());
        object.put("sender", envelope.sender().toString());
        object.put("body", envelope.options().body());
        object.put("smtputf8", envelope.options().smtpUtf8());
        object.put("ret", envelope.options().returned());
        object.put("envid", envelope.options().envelopeId());
        object.put("origin", object(envelope.origin()));
        List<Object> recipients = new ArrayList<>();
        for (int i = 0; i < envelope.recipients().size(); i++) {
            recipients.add(
                    object(envelope.recipients().get(i), message.message().progress().get(i)));
        }
        object.put("recipients", recipients);
        return object;
    }

    private static Map<String, Object> object(Origin origin) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("address", origin.clientAddress());
        object.put("name", origin.clientName());
        object.put("helo", origin.helo());
        object.put("protocol", origin.protocol());
        object.put("login", origin.login());
        object.put("listener", origin.listener());
        object.put("submission", origin.submission());
        object.put("tls", origin.tls());
        return object;
    }

    private static Map<String, Object> object(Recipient recipient, Progress progress) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("address", recipient.mailbox().toString());
        object.put("notify", recipient.wanted().stated() ? recipient.wanted().text() : "");
        object.put("orcpt", recipient.original());
        object.put("state", progress.state());
        object.put("attempts", progress.attempts());
        object.put("time", progress.due());
        object.put("detail", progress.detail());
        return object;
    }
}
