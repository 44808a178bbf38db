package postern.base.system;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.TimeZone;
import postern.base.CivilTime;
import postern.base.Log;

/**
 * The log on standard error: {@code 2026-11-20T18:59:03.123+01:00 smtpd[4711] queueid: key=value
 * …}.
 */
public final class LineLog implements Log {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss");

    private final OutputStream out = new FileOutputStream(FileDescriptor.err);
    private final Object lock = new Object();
    private final String origin;
    private long second = Long.MIN_VALUE; // guarded by lock
    private String stamp = ""; // of that second; guarded by lock
    private String zone = "";

    public LineLog(String program) {
        this.origin = " " + program + "[" + ProcessHandle.current().pid() + "] ";
    }

    @Override
    public void write(Level level, String line) {
        Instant now = Instant.now();
        String mark =
                switch (level) {
                    case INFO -> "";
                    case WARNING -> "warning: ";
                    case ERROR -> "error: ";
                };
        synchronized (lock) {
            if (now.getEpochSecond() != second) {
                second = now.getEpochSecond();
                OffsetDateTime local = CivilTime.of(now, TimeZone.getDefault());
                stamp = STAMP.format(local);
                zone = local.getOffset().getId();
            }
            int millis = now.getNano() / 1_000_000;
            String thousandth = millis < 10 ? ".00" : millis < 100 ? ".0" : ".";
            String text = stamp + thousandth + millis + zone + origin + mark + line + "\n";
            try {
                out.write(text.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException lost) {
                // there is no other place to say so
            }
        }
    }
}
