package postern.qmgr;

/** What an operator does to a message. */
enum Deed {
    /** Nothing of it is tried any more. */
    HOLD,
    /** What was held waits, and is due. */
    RELEASE,
    /** It is routed and tried anew, as if it had just come. */
    REQUEUE,
    /** It is given up now, and its sender told, as at the end of its lifetime. */
    EXPIRE,
    /** It goes, and nobody is told. */
    DELETE,
    /** It is due now, and so are the destinations that it stands before. */
    FLUSH
}
