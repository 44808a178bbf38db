/**
 * postern.toml: keys declared as values, read with every problem at once, handed on as plain text.
 */
@org.jspecify.annotations.NullMarked
module postern.config {
    requires static org.jspecify;
    requires transitive postern.base;
    requires org.tomlj;

    exports postern.config;
}
