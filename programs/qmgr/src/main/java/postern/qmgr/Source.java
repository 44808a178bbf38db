package postern.qmgr;

/**
 * Who a message counts for when places are shared out, at one urgency: sources take turns. The
 * login, else the network of the client, else the reverse-path.
 */
final class Source {

    /**
     * Which of three classes a message is in: RFC 6710 §4.1 lets a server have fewer than it names.
     */
    enum Urgency {
        /** MT-PRIORITY above 0. */
        URGENT,
        ORDINARY,
        /** MT-PRIORITY below 0. */
        PATIENT;

        static Urgency of(int priority) {
            if (priority == 0) {
                return ORDINARY;
            }
            return priority > 0 ? URGENT : PATIENT;
        }
    }

    final String name;
    final Urgency urgency;

    /** Messages in the queue that are its. */
    int messages;

    Source(String name, Urgency urgency) {
        this.name = name;
        this.urgency = urgency;
    }
}
