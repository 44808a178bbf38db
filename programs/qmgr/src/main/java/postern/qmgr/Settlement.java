package postern.qmgr;

import java.util.List;
import postern.mail.Notices;
import postern.spool.Progress;

/**
 * A notice to be composed and, together with the progress it tells of, put into the log.
 *
 * @param verdicts what the changes came from; given back when it could not be done
 */
record Settlement(
        Entry entry,
        Notices.Kind kind,
        List<Notices.Report> reports,
        List<Progress> changes,
        List<Entry.Verdict> verdicts) {}
