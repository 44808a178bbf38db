package postern.smtp.tls;

/** Whether a host proved to be whom a policy wants. */
public sealed interface Judgement {
    /** Nobody asked: the host may be anybody. */
    record NotAsked() implements Judgement {}

    /**
     * It did.
     *
     * @param by what: {@code name mx.example.org}, {@code TLSA 3 1 1}
     */
    record Proven(String by) implements Judgement {}

    record Refused(TlsResult.Type type, String why) implements Judgement {}
}
