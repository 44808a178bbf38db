package postern.command.sendmail;

import java.util.ArrayList;
import java.util.List;
import postern.mail.Mailbox;

/**
 * Reads a list of addresses as in a header field: RFC 5322 §3.4 with groups, comments, quoted
 * strings and the obsolete forms of §4.4. Empty members are skipped, display names forgotten. An
 * address without a domain is taken, as sendmail always has.
 */
final class AddressList {

    sealed interface Parsed {
        record Addresses(List<Address> addresses) implements Parsed {}

        /** {@code why} completes "bad address list: ". */
        record Malformed(String why) implements Parsed {}
    }

    private enum Kind {
        WORD,
        LITERAL,
        SPECIAL
    }

    private record Token(Kind kind, String text) {
        boolean is(String special) {
            return kind == Kind.SPECIAL && text.equals(special);
        }
    }

    private static final String SPECIALS = "<>,;:@.";

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private AddressList(String text) {
        this.text = text;
    }

    /**
     * @param text unfolded: line ends count as white space
     */
    static Parsed parse(String text) {
        AddressList list = new AddressList(text);
        try {
            list.tokenize();
            return new Parsed.Addresses(list.members());
        } catch (Fault fault) {
            return new Parsed.Malformed(fault.why);
        }
    }

    private void tokenize() throws Fault {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                at++;
            } else if (c == '(') {
                comment();
            } else if (c == '"') {
                tokens.add(new Token(Kind.WORD, quoted()));
            } else if (c == '[') {
                tokens.add(new Token(Kind.LITERAL, literal()));
            } else if (SPECIALS.indexOf(c) >= 0) {
                tokens.add(new Token(Kind.SPECIAL, String.valueOf(c)));
                at++;
            } else {
                tokens.add(new Token(Kind.WORD, atom()));
            }
        }
    }

    /** RFC 5322 §3.2.2: comments nest. */
    private void comment() throws Fault {
        int depth = 0;
        do {
            char c = next("a comment without its )");
            if (c == '\\') {
                char unused = next("a comment without its )");
            } else if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            }
        } while (depth > 0);
    }

    private String quoted() throws Fault {
        StringBuilder meant = new StringBuilder();
        at++;
        while (true) {
            char c = next("a quoted string without its \"");
            if (c == '"') {
                return meant.toString();
            }
            if (c == '\\') {
                meant.append(next("a quoted string without its \""));
            } else if (c != '\r' && c != '\n') { // folding is no part of it: RFC 5322 §3.2.4
                meant.append(c);
            }
        }
    }

    private String literal() throws Fault {
        int end = text.indexOf(']', at);
        if (end < 0) {
            throw new Fault("an address literal without its ]");
        }
        String literal = text.substring(at, end + 1);
        at = end + 1;
        return literal;
    }

    private String atom() throws Fault {
        int from = at;
        while (at < text.length() && atomic(text.charAt(at))) {
            at++;
        }
        if (at == from) {
            throw new Fault("\"" + text.charAt(at) + "\" out of place");
        }
        return text.substring(from, at);
    }

    private static boolean atomic(char c) {
        return Mailbox.atext(c);
    }

    private char next(String missing) throws Fault {
        if (at == text.length()) {
            throw new Fault(missing);
        }
        return text.charAt(at++);
    }

    private List<Address> members() throws Fault {
        List<Address> addresses = new ArrayList<>();
        List<Token> member = new ArrayList<>();
        boolean group = false;
        for (int i = 0; i <= tokens.size(); i++) {
            Token token = i < tokens.size() ? tokens.get(i) : new Token(Kind.SPECIAL, ",");
            if (token.is("<")) {
                int close = closing(i);
                addAddress(withoutRoute(tokens.subList(i + 1, close)), addresses);
                member.clear();
                i = close;
                if (i + 1 < tokens.size() && !separator(tokens.get(i + 1))) {
                    throw new Fault("\"" + tokens.get(i + 1).text() + "\" behind an address in <>");
                }
            } else if (token.is(">")) {
                throw new Fault("\">\" out of place");
            } else if (token.is(":")) {
                if (group || member.isEmpty()) {
                    throw new Fault("\":\" out of place");
                }
                group = true; // what came before was the group's name
                member.clear();
            } else if (separator(token)) {
                if (token.is(";")) {
                    group = false;
                }
                addAddress(member, addresses);
                member.clear();
            } else {
                member.add(token);
            }
        }
        return addresses;
    }

    private static boolean separator(Token token) {
        return token.is(",") || token.is(";");
    }

    private int closing(int open) throws Fault {
        for (int i = open + 1; i < tokens.size(); i++) {
            if (tokens.get(i).is(">")) {
                return i;
            }
        }
        throw new Fault("\"<\" without its \">\"");
    }

    /** RFC 5322 §4.4: a route is accepted and ignored. */
    private static List<Token> withoutRoute(List<Token> inside) throws Fault {
        if (inside.isEmpty() || !inside.getFirst().is("@")) {
            return inside;
        }
        for (int i = 0; i < inside.size(); i++) {
            if (inside.get(i).is(":")) {
                return inside.subList(i + 1, inside.size());
            }
        }
        throw new Fault("a route without its \":\"");
    }

    /** {@code addr-spec}, or a local part alone; nothing at all is no address. */
    private static void addAddress(List<Token> member, List<Address> into) throws Fault {
        if (member.isEmpty()) {
            return;
        }
        StringBuilder localPart = new StringBuilder();
        int i = 0;
        boolean word = false;
        for (; i < member.size() && !member.get(i).is("@"); i++) {
            Token token = member.get(i);
            boolean joins = token.is(".");
            if (joins != word || token.kind() == Kind.LITERAL) {
                throw new Fault("\"" + shown(member) + "\" is no address");
            }
            word = !joins;
            localPart.append(token.text());
        }
        if (!word) {
            throw new Fault("\"" + shown(member) + "\" is no address");
        }
        into.add(new Address(localPart.toString(), domain(member, i)));
    }

    private static String domain(List<Token> member, int sign) throws Fault {
        if (sign == member.size()) {
            return "";
        }
        StringBuilder domain = new StringBuilder();
        boolean word = false;
        for (Token token : member.subList(sign + 1, member.size())) {
            boolean joins = token.is(".");
            if (joins != word || token.kind() == Kind.SPECIAL && !joins) {
                throw new Fault("\"" + shown(member) + "\" is no address");
            }
            word = !joins;
            domain.append(token.text());
        }
        if (!word) {
            throw new Fault("\"" + shown(member) + "\" is no address");
        }
        return domain.toString();
    }

    private static String shown(List<Token> member) {
        StringBuilder shown = new StringBuilder();
        boolean word = false;
        for (Token token : member) {
            if (word && token.kind() == Kind.WORD) {
                shown.append(' ');
            }
            word = token.kind() == Kind.WORD;
            shown.append(token.text());
        }
        return shown.toString();
    }

    /** Steers inside this class only. */
    private static final class Fault extends Exception {
        private static final long serialVersionUID = 1;

        private final String why;

        Fault(String why) {
            super(why, null, false, false);
            this.why = why;
        }
    }
}
