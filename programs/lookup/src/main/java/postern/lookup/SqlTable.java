package postern.lookup;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import postern.base.World;
import postern.table.Table;

/** A table in a database, asked through JDBC. Any thread. */
final class SqlTable implements Table {
    private final Backends<Server, Connection> backends;
    private final Question question;
    private final String origin;

    /**
     * A database, or one of several that hold the same.
     *
     * @param name for messages: no secret is in it
     * @param url of JDBC
     * @param properties of the driver's connection, the password among them
     */
    record Server(String name, String url, Properties properties) {
        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * What is asked of it.
     *
     * @param domains whose addresses are asked for; empty: of all
     * @param most values for one key
     */
    record Question(SqlQuery query, Template format, List<String> domains, int most) {
        Question {
            domains = List.copyOf(domains);
        }
    }

    /** Connections through JDBC's drivers. */
    private record Jdbc(Supplier<Drivers> drivers, Duration lifetime)
            implements Backends.Driver<Server, Connection> {
        @Override
        public Connection connect(Server server) throws Unavailable {
            try {
                return drivers.get().connect(server.url, server.properties);
            } catch (SQLException failed) {
                throw unavailable(failed);
            } catch (RuntimeException odd) {
                throw surprised(odd);
            }
        }

        @Override
        public void close(Connection connection) {
            try {
                connection.close();
            } catch (SQLException gone) {
                return; // closed as far as we are concerned
            }
        }
    }

    SqlTable(
            World world,
            List<Server> servers,
            Supplier<Drivers> drivers,
            Limits limits,
            Question question,
            String origin) {
        this.backends =
                new Backends<>(
                        world,
                        servers,
                        new Jdbc(drivers, limits.lifetime),
                        limits.connections,
                        limits.time);
        this.question = question;
        this.origin = origin;
    }

    /**
     * @param time for one answer
     * @param lifetime of a connection
     */
    record Limits(int connections, Duration time, Duration lifetime) {}

    @Override
    public Answer lookup(String key) {
        KeyParts parts = KeyParts.of(key);
        List<String> values = parts.outside(question.domains) ? null : question.query.bind(parts);
        return values == null
                ? Answer.ABSENT
                : backends.ask(connection -> ask(connection, parts, values));
    }

    private Answer ask(Connection connection, KeyParts key, List<String> values)
            throws Unavailable {
        try (PreparedStatement statement = connection.prepareStatement(question.query.sql())) {
            statement.setMaxRows(question.most + 1);
            for (int i = 0; i < values.size(); i++) {
                statement.setString(i + 1, values.get(i));
            }
            boolean rows = statement.execute();
            var results = new Results(question.format, question.most, key);
            if (rows) {
                try (ResultSet set = statement.getResultSet()) {
                    collect(set, results);
                }
            }
            return results.answer(origin);
        } catch (SQLException failed) {
            if (ofServer(failed)) {
                throw unavailable(failed);
            }
            return new Answer.TemporaryFailure("query: " + text(failed));
        } catch (RuntimeException odd) {
            throw surprised(odd);
        }
    }

    /** Drivers throw what they like when a server says what they do not expect. */
    private static Unavailable surprised(RuntimeException odd) {
        return new Unavailable("the driver does not understand the server: " + odd, false);
    }

    private static void collect(ResultSet set, Results results) throws SQLException {
        int columns = set.getMetaData().getColumnCount();
        boolean room = true;
        while (room && set.next()) {
            for (int column = 1; column <= columns; column++) {
                room &= results.add(set.getString(column));
            }
        }
    }

    /** Whether it is the server that fails, and not the query: ISO 9075 classes 08 and others. */
    private static boolean ofServer(SQLException failed) {
        String state = failed.getSQLState();
        return state == null
                || state.startsWith("08") // connection
                || state.startsWith("28") // authorization
                || state.startsWith("53") // PostgreSQL: out of resources
                || state.startsWith("57") // PostgreSQL: shut down, crashed, cancelled
                || state.startsWith("58") // PostgreSQL: the system below
                || silent(failed);
    }

    private static boolean silent(SQLException failed) {
        for (@Nullable Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException || cause instanceof SQLTimeoutException) {
                return true;
            }
        }
        return "57014".equals(failed.getSQLState()); // its own limit of time for a query
    }

    private static Unavailable unavailable(SQLException failed) {
        return new Unavailable(text(failed), silent(failed));
    }

    private static String text(SQLException failed) {
        String message = String.valueOf(failed.getMessage()).strip();
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    @Override
    public boolean waits() {
        return true;
    }
}
