package postern.lookup;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.ServiceLoader;
import postern.base.Bug;

/**
 * JDBC's drivers: those on the class path and those in jars that the operator names. Any thread.
 *
 * @param drivers in no order
 */
record Drivers(List<Driver> drivers) {
    Drivers {
        drivers = List.copyOf(drivers);
    }

    /**
     * @param jars what does not exist is passed over
     */
    static Drivers load(List<Path> jars) {
        URL[] urls = jars.stream().map(Drivers::url).toArray(URL[]::new);
        // for as long as the process lives: a driver loads its classes when it needs them
        var loader = new URLClassLoader(urls, Drivers.class.getClassLoader());
        List<Driver> drivers = new ArrayList<>();
        ServiceLoader.load(Driver.class, loader).forEach(drivers::add);
        return new Drivers(drivers);
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException impossible) {
            throw new Bug("a path has a URL", impossible);
        }
    }

    Connection connect(String url, Properties properties) throws SQLException {
        for (Driver driver : drivers) {
            Connection connection = driver.connect(url, properties); // null for others' URLs
            if (connection != null) {
                return connection;
            }
        }
        String kind = url.split(":", 3)[1];
        throw new SQLException("there is no JDBC driver for " + kind + ": see lookup.drivers");
    }
}
