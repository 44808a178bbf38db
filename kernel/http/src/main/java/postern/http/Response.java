package postern.http;

/**
 * What a server answered. The octets are not to be changed.
 *
 * @param mediaType in lower case and without parameters; empty where none was stated
 */
public record Response(int status, String mediaType, byte[] body) {
    /** RFC 9110 §15.3. */
    public boolean successful() {
        return status / 100 == 2;
    }
}
