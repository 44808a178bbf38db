package postern.spool;

import java.io.IOException;
import postern.base.DiskFile;

/** An open segment file; closed when it was released and nobody reads in it any more. */
final class Segment {
    private final SegmentHeader header;
    private final DiskFile file;
    private volatile long octets; // written by the committer alone
    private int users = 1; // the set of segments itself; guarded by this

    Segment(SegmentHeader header, DiskFile file, long octets) {
        this.header = header;
        this.file = file;
        this.octets = octets;
    }

    long number() {
        return header.segment();
    }

    SegmentHeader header() {
        return header;
    }

    DiskFile file() {
        return file;
    }

    long octets() {
        return octets;
    }

    void octets(long now) {
        octets = now;
    }

    /** Takes hold of the file; false when it is closed. */
    synchronized boolean hold() {
        if (users == 0) {
            return false;
        }
        users++;
        return true;
    }

    void letGo() throws IOException {
        boolean last;
        synchronized (this) {
            users--;
            last = users == 0;
        }
        if (last) {
            file.close();
        }
    }
}
