/**
 * postern.toml(5) as values. A program declares its keys as constants ({@link postern.config.Key})
 * gathered in a {@link postern.config.Section}; {@link postern.config.Configuration} reads the file
 * against all sections and tells every problem at once; {@link postern.config.Settings} is what the
 * program gets, with the line of the file behind each value; {@link postern.config.Reference}
 * writes the manual from the same declarations.
 *
 * <p>Only {@link postern.config.Configuration} knows TOML. Children of master get {@link
 * postern.config.Settings#encode()} and never load a TOML parser.
 */
package postern.config;
