package postern.mail;

/** What is said to a client that names a recipient. */
public sealed interface Admission {

    /**
     * We are neither its destination nor relay for its domain.
     *
     * @param domain whether that holds for every address there, asked or not: no table names one
     */
    record NotOurs(boolean domain) implements Admission {}

    /** It is ours; the route says whether anything would come of it. */
    record Ours(Route route) implements Admission {}
}
