package postern.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.mail.Domain;
import postern.mail.Mailbox;

final class AddressSearchTest {

    /** Keeps what it was asked. */
    private static final class Asked implements Table {
        final List<String> keys = new ArrayList<>();

        @Override
        public Answer lookup(String key) {
            keys.add(key);
            return Answer.ABSENT;
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Ann@Far.example       | +  | ann@far.example @far.example
                    Ann+x@Far.example     | +  | ann+x@far.example ann@far.example @far.example
                    ann-x+y@far.example   | +- | ann-x+y@far.example ann@far.example @far.example
                    ann+x@home.example    | +  | ann+x@home.example ann@home.example ann+x ann @home.example
                    ann+x@home.example    | '' | ann+x@home.example ann+x @home.example
                    owner-x@home.example  | -  | owner-x@home.example owner-x @home.example
                    x-request@far.example | -  | x-request@far.example @far.example
                    owner-x+y@far.example | +  | owner-x+y@far.example owner-x@far.example @far.example
                    +x@far.example        | +  | +x@far.example @far.example
                    a@xn--bcher-kva.example | + | a@xn--bcher-kva.example @xn--bcher-kva.example a@b\u00fccher.example @b\u00fccher.example
                    """)
    void keysOfAnAddress(String address, String delimiters, String keys) {
        var asked = new Asked();
        var search = new AddressSearch(List.of(asked), "home.example"::equals, delimiters);
        int at = address.indexOf('@');
        assertThat(search.find(Mailbox.of(address.substring(0, at), address.substring(at + 1))))
                .isNull();
        assertThat(asked.keys).containsExactly(keys.split(" "));
    }

    @Test
    void keysOfADomain() {
        var asked = new Asked();
        var search = new AddressSearch(List.of(asked), _ -> false, "+");
        assertThat(search.find(new Domain("a.b.example"))).isNull();
        assertThat(asked.keys).containsExactly("a.b.example", ".b.example", ".example");
    }

    @Test
    void aQuotedLocalPartIsAskedAsItIsWritten() {
        var asked = new Asked();
        var search = new AddressSearch(List.of(asked), _ -> false, "+");
        assertThat(search.find(Mailbox.of("ann lee", "far.example"))).isNull();
        assertThat(asked.keys).containsExactly("\"ann lee\"@far.example", "@far.example");
    }

    @Test
    void allTablesAreAskedForAKeyBeforeTheNextKeyIs() {
        Table catchAll = MapTable.inline("first", Map.of("@far.example", "all"));
        Table precise = MapTable.inline("second", Map.of("ann@far.example", "ann"));
        var search = new AddressSearch(List.of(catchAll, precise), _ -> false, "+");
        assertThat(search.find(Mailbox.of("ann+x", "far.example")))
                .isEqualTo(
                        new AddressSearch.Hit(
                                new Table.Answer.Found("ann", "second"), "ann@far.example", "+x"));
    }

    @Test
    void aFailureEndsTheSearch() {
        Table later = new SmallTables.Unavailable("down");
        Table precise = MapTable.inline("second", Map.of("ann@far.example", "ann"));
        var search = new AddressSearch(List.of(later, precise), _ -> false, "+");
        assertThat(search.find(Mailbox.of("ann", "far.example")))
                .extracting(AddressSearch.Hit::answer)
                .isEqualTo(new Table.Answer.TemporaryFailure("down"));
    }
}
