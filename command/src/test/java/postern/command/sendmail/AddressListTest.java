package postern.command.sendmail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressListTest {

    private static List<String> addresses(String text) {
        return switch (AddressList.parse(text)) {
            case AddressList.Parsed.Addresses(List<Address> found) ->
                    found.stream().map(each -> each.localPart() + "|" + each.domain()).toList();
            case AddressList.Parsed.Malformed(String why) -> List.of("malformed: " + why);
        };
    }

    @Test
    void plainAndNamed() {
        assertThat(addresses("ann@example.org, Bob B. <bob@example.net>"))
                .containsExactly("ann|example.org", "bob|example.net");
        assertThat(addresses("\"Last, First\" <a@b.c>,root")).containsExactly("a|b.c", "root|");
        assertThat(addresses("a@b.c <d@e.f>")).containsExactly("d|e.f");
    }

    @Test
    void groupsTellTheirMembers() { // RFC 5322 §3.4 and appendix A.1.3
        assertThat(
                        addresses(
                                "A Group:Ed Jones <joe@where.test>,joe@there.test,John <jdoe@one.test>;"))
                .containsExactly("joe|where.test", "joe|there.test", "jdoe|one.test");
        assertThat(addresses("Undisclosed recipients:;")).isEmpty();
        assertThat(addresses("friends: a@b.c; , d@e.f")).containsExactly("a|b.c", "d|e.f");
        assertThat(addresses("friends: a@b.c")).containsExactly("a|b.c");
    }

    @Test
    void commentsAndWhiteSpaceAnywhere() { // RFC 5322 appendix A.5
        assertThat(addresses("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>"))
                .containsExactly("pete|silly.test");
        assertThat(addresses("a (one (nested, <x@y>) two)@b.c")).containsExactly("a|b.c");
        assertThat(addresses("john . doe @ example . org")).containsExactly("john.doe|example.org");
    }

    @Test
    void obsoleteForms() { // RFC 5322 appendix A.6
        assertThat(
                        addresses(
                                "Mary Smith <@node.test,@other.test:mary@example.net>, , jdoe@test . example"))
                .containsExactly("mary|example.net", "jdoe|test.example");
    }

    @Test
    void quotedLocalPartsMeanWhatTheyQuote() {
        assertThat(addresses("\"a b\"@c.d, \"x\\\"y\"@c.d, \"a\".b@c.d"))
                .containsExactly("a b|c.d", "x\"y|c.d", "a.b|c.d");
    }

    @Test
    void literalsAndForeignLetters() {
        assertThat(addresses("a@[192.0.2.1], jörg@bücher.example, =?UTF-8?Q?J=C3=B6rg?= <j@x.y>"))
                .containsExactly("a|[192.0.2.1]", "jörg|bücher.example", "j|x.y");
    }

    @Test
    void nothingIsNobody() {
        assertThat(addresses("")).isEmpty();
        assertThat(addresses(" , (nobody) ,")).isEmpty();
        assertThat(addresses("<>")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "two words",
                "a@b c",
                "a@",
                "@b.c",
                "a..b@c",
                ".a@b",
                "<a@b",
                "a@b>",
                "\"open",
                "(open",
                "a@[1.2",
                "<a@b> c",
                "a@b@c",
                "a)b",
                ":a",
                "x:y:z@q;"
            })
    void whatIsNoList(String text) {
        assertThat(AddressList.parse(text)).isInstanceOf(AddressList.Parsed.Malformed.class);
    }
}
