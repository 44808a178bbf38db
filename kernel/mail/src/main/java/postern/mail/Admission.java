package postern.mail;

/** What is said to a client that names a recipient. */
public sealed interface Admission {

    /** We are neither its destination nor relay for its domain. */
    record NotOurs() implements Admission {}

    /** It is ours; the route says whether anything would come of it. */
    record Ours(Route route) implements Admission {}

    Admission NOT_OURS = new NotOurs();
}
