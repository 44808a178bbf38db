package postern.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** pgsql_table(5), mysql_table(5): what is written, what is prepared, what is bound. */
final class SqlQueryTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
                    SELECT a FROM t WHERE k = '%s'         | SELECT a FROM t WHERE k = ?         | ann@mail.example.org
                    SELECT a FROM t WHERE k = %s           | SELECT a FROM t WHERE k = ?         | ann@mail.example.org
                    SELECT a FROM t WHERE u='%u' AND d='%d'| SELECT a FROM t WHERE u=? AND d=?   | ann,mail.example.org
                    SELECT a FROM t WHERE d = '%2.%1'      | SELECT a FROM t WHERE d = ?         | example.org
                    SELECT a FROM t WHERE k LIKE '%%%u'    | SELECT a FROM t WHERE k LIKE ?      | %ann
                    SELECT 'x%%' FROM t WHERE k = '%S'     | SELECT 'x%' FROM t WHERE k = ?      | ann@mail.example.org
                    SELECT 5 %% 2 FROM t WHERE k = '%U'    | SELECT 5 % 2 FROM t WHERE k = ?     | ann
                    SELECT 'it''s' FROM t WHERE k = '%s'   | SELECT 'it''s' FROM t WHERE k = ?   | ann@mail.example.org
                    SELECT a FROM t WHERE k = 'o''%u'      | SELECT a FROM t WHERE k = ?         | o'ann
                    SELECT "A" FROM t WHERE k = '%D'       | SELECT "A" FROM t WHERE k = ?       | mail.example.org
                    SELECT '?' FROM t WHERE k = '%3'       | SELECT '?' FROM t WHERE k = ?       | mail
                    """)
    void partsOfTheKeyAreParameters(String text, String sql, String values) {
        SqlQuery query = SqlQuery.parse(text, false);
        assertThat(query.sql()).isEqualTo(sql);
        assertThat(query.bind(KeyParts.of("ann@mail.example.org")))
                .isEqualTo(List.of(values.split(",")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
                    SELECT a FROM t                        | would ask the same of every key
                    SELECT a FROM "%d" WHERE k = 'x'       | only values can be asked for
                    SELECT a FROM `%d` WHERE k = 'x'       | only values can be asked for
                    SELECT a FROM t WHERE k = '%s          | not closed
                    SELECT a FROM t WHERE k = '%x'         | "%x", which stands for nothing
                    SELECT a FROM t WHERE k = '\\%s'       | backslash
                    SELECT a FROM t WHERE k = E'%s'        | prefix
                    SELECT a FROM t WHERE k = '%s' -- all  | comment
                    SELECT a FROM t /* '%s' */             | comment
                    SELECT a FROM t WHERE k = '%s'; SELECT | ";"
                    SELECT a FROM t WHERE k = ? AND '%s'   | "?"
                    SELECT a FROM t WHERE k = $$%s$$       | "$"
                    SELECT a FROM t WHERE k = %            | stands for nothing
                    """)
    void whatCannotBeBoundIsRefused(String text, String why) {
        assertThatThrownBy(() -> SqlQuery.parse(text, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    /** A key without the part is not asked for. */
    @ParameterizedTest
    @CsvSource({
        "'%s', '', false",
        "'%u', @example.org, false",
        "'%d', ann, false",
        "'%u', ann, true",
        "'%d', ann@, false",
        "'%1', ann, false",
        "'%3', ann@example.org, false",
        "'%2', ann@example.org, true",
        "'%d', a@b@example.org, true"
    })
    void aKeyWithoutThePartIsAbsent(String part, String key, boolean asked) {
        SqlQuery query = SqlQuery.parse("SELECT a FROM t WHERE k = " + part, false);
        assertThat(query.bind(KeyParts.of(key)) != null).isEqualTo(asked);
    }

    @ParameterizedTest
    @CsvSource({
        "ann@example.org, example.org, false",
        "ann@EXAMPLE.org, example.org, false",
        "ann@other.org, example.org, true",
        "example.org, example.org, true",
        "@example.org, example.org, true",
        "ann, example.org, true"
    })
    void onlyAddressesOfTheDomainsAreAskedFor(String key, String domain, boolean outside) {
        assertThat(KeyParts.of(key).outside(List.of(domain))).isEqualTo(outside);
        assertThat(KeyParts.of(key).outside(List.of())).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "ann, ann",
        "'a,b', 'a\\,b'",
        "a+b=c, a\\+b=c",
        "'a\"b', 'a\\\"b'",
        "<x>;, \\<x\\>\\;",
        "#x, \\#x",
        "a\\b, a\\\\b"
    })
    void aPartOfADnIsEscaped(String value, String escaped) { // RFC 4514 §2.4
        assertThat(LdapTable.dn(value)).isEqualTo(escaped);
    }
}
