package postern.sasl.password;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordFileTest {
    /** Made by other programs: argon2(1), crypt(3), openssl-passwd(1), and Python. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "password $argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "U*U $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "U*U {BLF-CRYPT}$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "Hello_world! $6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
                "pencil SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
                "pencil {SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
            })
    void hashesOfOthersAreUnderstood(String password, String hash) {
        String plain = password.replace('_', ' ');
        String text = hash;
        PasswordHash read = PasswordHash.parse(text).orElseThrow();

        assertThat(read.matches(plain)).isTrue();
        assertThat(read.matches(plain + "x")).isFalse();
        assertThat(read.toString()).doesNotContain("$");
    }

    @ParameterizedTest
    @EnumSource(Scheme.class)
    void whatIsMadeIsRead(Scheme scheme) {
        String hash = scheme.hash("p\u00e4ss word", new Random(1));
        PasswordFile file = PasswordFile.parse("ann@example.org:" + hash + "\n");

        assertThat(file.problems()).isEmpty();
        PasswordHash read = file.account("Ann@example.org").orElseThrow().in(scheme).orElseThrow();
        assertThat(read.matches("p\u00e4ss word")).isTrue();
        assertThat(read.matches("pass word")).isFalse();
        assertThat(file.common()).containsExactly(scheme);
    }

    @Test
    void aUserMayHaveSeveralAndOtherFieldsAreSkipped() {
        String bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        String scram =
                "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
        PasswordFile file =
                PasswordFile.parse(
                        "# who may send\n\nann:"
                                + bcrypt
                                + " "
                                + scram
                                + "\nbob:{CRYPT}"
                                + bcrypt
                                + ":1000:1000:Bob B:/home/bob::\neve:"
                                + scram
                                + ":x y\n");

        assertThat(file.problems()).isEmpty();
        assertThat(file.account("ann").orElseThrow().hashes()).hasSize(2);
        assertThat(file.account("bob").orElseThrow().hashes()).hasSize(1);
        assertThat(file.account("eve").orElseThrow().in(Scheme.SCRAM_SHA_256)).isPresent();
        assertThat(file.common()).isEmpty();
        assertThat(file.size()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ann",
                ":x",
                "ann:",
                "ann:secret",
                "ann:{PLAIN}secret",
                "an n:$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "ann:$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "ann:$argon2id$v=19$m=1,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "ann:$argon2i$v=19$m=64,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "ann:SCRAM-SHA-256$4096:W22Z$WG5d:wfPL"
            })
    void aBadLineIsSaidWithItsNumberAndNotItsContent(String line) {
        PasswordFile file = PasswordFile.parse("# first\n" + line + "\n");

        assertThat(file.problems())
                .singleElement()
                .satisfies(
                        problem -> {
                            assertThat(problem.line()).isEqualTo(2);
                            assertThat(problem.what()).doesNotContain("secret");
                        });
        assertThat(file.size()).isZero();
    }

    @Test
    void aLineIsChangedAndTheRestStays() {
        String text = "# a comment\nann:$6$x:1:2:Ann::\nbob:SCRAM-SHA-256$1:b$c:d x:y\n";

        assertThat(PasswordFile.changed(text, "Ann", "NEW OTHER"))
                .isEqualTo("# a comment\nann:NEW OTHER:1:2:Ann::\nbob:SCRAM-SHA-256$1:b$c:d x:y\n");
        assertThat(PasswordFile.changed(text, "bob", "NEW"))
                .isEqualTo("# a comment\nann:$6$x:1:2:Ann::\nbob:NEW:y\n");
        assertThat(PasswordFile.changed(text, "ann", ""))
                .isEqualTo("# a comment\nbob:SCRAM-SHA-256$1:b$c:d x:y\n");
        assertThat(PasswordFile.changed(text, "eve", "NEW")).isEqualTo(text + "eve:NEW\n");
    }

    @Test
    void aUserStandsOnce() {
        String hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

        assertThat(PasswordFile.parse("ann:" + hash + "\nANN:" + hash + "\n").problems())
                .extracting(PasswordFile.Problem::what)
                .containsExactly("the user stands in the file already");
    }
}
