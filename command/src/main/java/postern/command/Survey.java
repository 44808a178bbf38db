package postern.command;

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import postern.mail.QueueId;
import postern.spool.LogReader;
import postern.spool.LogReader.SegmentSeen;
import postern.spool.LogReader.Unsound;
import postern.spool.LoggedMessages;
import postern.spool.LoggedMessages.Standing;
import postern.spool.QueueLog;
import postern.spool.QueueLog.Position;

/** What a reading of the whole log came to. */
final class Survey implements LogReader.Sink {
    private final List<SegmentSeen> segments = new ArrayList<>();
    private final List<Unsound> unsound = new ArrayList<>();
    private final LoggedMessages messages = new LoggedMessages();
    private long records;
    private long octets;

    @Override
    public void segment(SegmentSeen segment) {
        segments.add(segment);
        octets += segment.octets();
    }

    @Override
    public void record(QueueLog.Type type, QueueId id, Position position, ByteBuffer payload) {
        records++;
        messages.record(type, id, position, payload);
    }

    @Override
    public void unsound(Unsound region) {
        unsound.add(region);
    }

    LoggedMessages messages() {
        return messages;
    }

    /** An unfinished end is what a crash leaves, and no damage. */
    boolean sound() {
        return unsound.stream().allMatch(Unsound::end)
                && segments.stream().allMatch(segment -> segment.problem().isEmpty());
    }

    void print(PrintStream out, List<String> incomplete) {
        for (SegmentSeen segment : segments) {
            if (!segment.problem().isEmpty()) {
                out.println(line(segment));
            }
        }
        unsound.forEach(region -> out.println(line(region)));
        messages.senseless().forEach(line -> out.println("makes no sense: " + plain(line)));
        incomplete.forEach(id -> out.println("incomplete: " + id));
        out.printf(
                "%d segments, %d octets, %d records; messages: %d queued, %d finished, %d incomplete%n",
                segments.size(),
                octets,
                records,
                messages.count(Standing.QUEUED),
                messages.count(Standing.FINISHED),
                messages.count(Standing.INCOMPLETE));
    }

    Map<String, Object> report(Path queue, boolean sound, List<String> incomplete) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("queue", queue);
        report.put("sound", sound);
        report.put("segments", segments.stream().map(Survey::object).toList());
        report.put("octets", octets);
        report.put("records", records);
        report.put("queued", messages.count(Standing.QUEUED));
        report.put("finished", messages.count(Standing.FINISHED));
        report.put("incomplete", incomplete);
        report.put("unsound", unsound.stream().map(Survey::object).toList());
        report.put("senseless", messages.senseless());
        return report;
    }

    static String line(SegmentSeen segment) {
        String problem = segment.problem().isEmpty() ? "" : ": " + plain(segment.problem());
        return "segment %x: %d octets%s".formatted(segment.number(), segment.octets(), problem);
    }

    static Map<String, Object> object(SegmentSeen segment) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("segment", segment.number());
        object.put("file", segment.file());
        object.put("octets", segment.octets());
        object.put("problem", segment.problem());
        return object;
    }

    static String line(Unsound region) {
        return "%x:%08x %s: %d octets%s"
                .formatted(
                        region.segment(),
                        region.offset(),
                        region.end() ? "unfinished end" : "DAMAGED",
                        region.octets(),
                        region.id() > 0 ? " of " + new QueueId(region.id()).text() : "");
    }

    static Map<String, Object> object(Unsound region) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("segment", region.segment());
        object.put("offset", region.offset());
        object.put("octets", region.octets());
        object.put("id", region.id() > 0 ? new QueueId(region.id()).text() : "");
        object.put("end", region.end());
        return object;
    }

    /** Strangers wrote a part of it: nothing of that reaches a terminal as a command. */
    static String plain(String text) {
        return text.chars()
                .map(c -> c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
