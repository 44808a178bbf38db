package postern.anvil;

/** What is counted. */
public enum Deed {
    CONNECTION("connections"),
    MESSAGE("messages"),
    RECIPIENT("recipients"),
    AUTH_FAILURE("failed authentications"),
    TLS_HANDSHAKE("TLS handshakes");

    private final String plural;

    Deed(String plural) {
        this.plural = plural;
    }

    String plural() {
        return plural;
    }
}
