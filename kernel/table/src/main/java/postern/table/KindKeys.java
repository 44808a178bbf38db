package postern.table;

import java.util.HashSet;
import java.util.Set;
import postern.config.Key;

/**
 * The keys that a kind of table takes besides {@code kind}.
 *
 * @param wanted without which it says nothing
 * @param allowed that it may state besides
 */
record KindKeys(Set<Key<?>> wanted, Set<Key<?>> allowed) {
    KindKeys {
        wanted = Set.copyOf(wanted);
        allowed = Set.copyOf(allowed);
    }

    static KindKeys of(TableConfig.Kind kind) {
        return switch (kind) {
            case INLINE -> needs(TableConfig.ENTRIES);
            case FILE, COMPILED, REGEXP, CIDR -> needs(TableConfig.PATH);
            case STATIC -> needs(TableConfig.VALUE);
            case UNION, FIRST, PIPEMAP -> needs(TableConfig.TABLES);
            case USERS -> needs();
            case ENVIRONMENT -> needs(TableConfig.VARIABLES);
            case SOCKETMAP -> needs(NetworkKeys.SERVERS, NetworkKeys.MAP).network();
            case TCP -> needs(NetworkKeys.SERVERS).network();
            case PGSQL, MYSQL ->
                    needs(DatabaseKeys.DATABASE, DatabaseKeys.USER, DatabaseKeys.QUERY)
                            .network()
                            .values()
                            .server();
            case SQLITE -> needs(TableConfig.PATH, DatabaseKeys.QUERY).network().values();
            case LDAP ->
                    needs(DatabaseKeys.SEARCH_BASE)
                            .network()
                            .values()
                            .server()
                            .and(
                                    DatabaseKeys.QUERY_FILTER,
                                    DatabaseKeys.RESULT_ATTRIBUTE,
                                    DatabaseKeys.SPECIAL_RESULT_ATTRIBUTE,
                                    DatabaseKeys.SCOPE,
                                    DatabaseKeys.BIND_DN,
                                    DatabaseKeys.START_TLS);
            case MEMCACHE -> needs(NetworkKeys.SERVERS).network().store();
            case REDIS ->
                    needs(NetworkKeys.SERVERS)
                            .network()
                            .store()
                            .and(
                                    DatabaseKeys.DATABASE,
                                    DatabaseKeys.USER,
                                    DatabaseKeys.PASSWORD_FILE);
        };
    }

    private static KindKeys needs(Key<?>... wanted) {
        return new KindKeys(Set.of(wanted), Set.of());
    }

    private KindKeys and(Key<?>... more) {
        Set<Key<?>> all = new HashSet<>(allowed);
        all.addAll(Set.of(more));
        return new KindKeys(wanted, all);
    }

    /** Of all that are asked for over the network. */
    private KindKeys network() {
        return and(NetworkKeys.TIMEOUT, NetworkKeys.CONNECTIONS, NetworkKeys.CACHE);
    }

    /** Of those whose answers are made of values. */
    private KindKeys values() {
        return and(DatabaseKeys.RESULT_FORMAT, DatabaseKeys.DOMAINS, DatabaseKeys.EXPANSION_LIMIT);
    }

    /** Of those whose servers know nothing but keys and values. */
    private KindKeys store() {
        return and(NetworkKeys.KEY_FORMAT, DatabaseKeys.RESULT_FORMAT, DatabaseKeys.DOMAINS);
    }

    /** Of those whose servers are databases and directories. */
    private KindKeys server() {
        return and(
                DatabaseKeys.HOSTS,
                DatabaseKeys.PASSWORD_FILE,
                DatabaseKeys.TLS,
                DatabaseKeys.TLS_AUTHORITIES);
    }
}
