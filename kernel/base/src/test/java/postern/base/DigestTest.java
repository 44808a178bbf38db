package postern.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DigestTest {
    /** The example of one block of FIPS 180-4. */
    @Test
    void itIsWhatTheStandardSays() {
        byte[] abc = "abc".getBytes(StandardCharsets.US_ASCII);
        assertThat(Digest.sha256(abc))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(Digest.hex("SHA-512", abc)).startsWith("ddaf35a193617aba").hasSize(128);
    }

    @Test
    void whatNobodyHasIsABug() {
        assertThatThrownBy(() -> Digest.hex("none", new byte[0])).isInstanceOf(Bug.class);
    }
}
