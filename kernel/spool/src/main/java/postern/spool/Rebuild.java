package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import postern.base.LogLine;
import postern.base.World;
import postern.mail.QueueId;
import postern.spool.QueueLog.Damage;
import postern.spool.QueueLog.Position;
import postern.spool.QueueLog.RecordSink;
import postern.spool.QueueLog.Type;

/** Makes the index from the records of a replay. What cannot be made whole is set aside. */
final class Rebuild implements RecordSink {
    private final World world;
    private final QueueLog log;
    private final Index index;
    private final DamagedFiles aside;
    private final Map<Long, List<Position>> bodies = new HashMap<>(); // no envelope names them yet
    private boolean damage;

    Rebuild(World world, QueueLog log, Index index, Path directory) {
        this.world = world;
        this.log = log;
        this.index = index;
        this.aside = new DamagedFiles(world, directory);
    }

    @Override
    public void record(Type type, QueueId id, Position position, ByteBuffer payload)
            throws IOException {
        switch (type) {
            case BODY -> bodies.computeIfAbsent(id.value(), _ -> new ArrayList<>(1)).add(position);
            case ENVELOPE -> envelope(id, position, payload);
            case PROGRESS, DONE -> {
                try {
                    progress(id, ProgressRecord.decode(payload));
                } catch (IOException senseless) {
                    setAside(id, position, ".progress");
                    report(id, "progress makes no sense: " + senseless.getMessage());
                }
            }
        }
    }

    private void envelope(QueueId id, Position position, ByteBuffer payload) throws IOException {
        List<Position> sound = bodies.getOrDefault(id.value(), List.of());
        EnvelopeRecord record;
        try {
            record = EnvelopeRecord.decode(id, payload);
        } catch (IOException senseless) {
            incomplete(id, position, sound, String.valueOf(senseless.getMessage()));
            return;
        }
        List<Position> named = record.allBodies(position);
        if (!new HashSet<>(sound).containsAll(named)) {
            incomplete(id, position, sound, "a part of its content is damaged");
            return;
        }
        bodies.remove(id.value());
        Place place = new Place(position, named, 0);
        index.find(id)
                .ifPresentOrElse(
                        known -> index.moved(known, place),
                        () -> index.add(new LiveMessage(record, place)));
        record.about().ifPresent(about -> progress(about.id(), about.progress()));
    }

    private void progress(QueueId id, ProgressRecord progress) {
        index.find(id).ifPresent(message -> index.apply(message, progress));
    }

    private void incomplete(QueueId id, Position envelope, List<Position> sound, String why)
            throws IOException {
        setAside(id, envelope, ".envelope");
        setAside(id, sound);
        bodies.remove(id.value());
        report(id, why);
    }

    @Override
    public void damaged(Damage found) {
        damage = true;
        if (found.copy().isEmpty()) {
            index.keep(found.segment()); // it is the only copy
        }
        LogLine line =
                LogLine.about(found.id() == 0 ? "queue" : new QueueId(found.id()).text())
                        .with("segment", found.segment())
                        .with("offset", found.offset())
                        .with("octets", found.octets())
                        .with("copy", found.copy().isEmpty() ? "none" : found.copy());
        if (found.tail()) {
            world.log().info(line.say("unfinished end of the queue log cut off"));
        } else {
            world.log().warning(line.say("damaged record in the queue log set aside"));
        }
    }

    /** Where an envelope may have been damaged, the content that waited for it is set aside too. */
    void finish() throws IOException {
        if (damage) {
            for (Map.Entry<Long, List<Position>> orphan : bodies.entrySet()) {
                QueueId id = new QueueId(orphan.getKey());
                setAside(id, orphan.getValue());
                report(id, "content without an envelope, which may be what was damaged");
            }
        }
        bodies.clear();
    }

    private void setAside(QueueId id, List<Position> parts) throws IOException {
        for (int i = 0; i < parts.size(); i++) {
            setAside(id, parts.get(i), ".body-" + i);
        }
    }

    private void setAside(QueueId id, Position position, String suffix) throws IOException {
        try {
            byte[] octets = LogSpool.whole(log, position);
            String _ =
                    aside.copy(
                            id.text() + suffix,
                            octets.length,
                            (into, at) -> {
                                int count = Math.min(into.remaining(), octets.length - (int) at);
                                into.put(octets, (int) at, count);
                                return count;
                            });
        } catch (IOException noRoom) {
            index.keep(position.segment());
        }
    }

    private void report(QueueId id, String why) {
        world.log()
                .warning(
                        LogLine.about(id.text())
                                .with("reason", why)
                                .say("damaged message set aside"));
    }
}
