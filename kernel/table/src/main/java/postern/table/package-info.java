/** Lookup tables: so far the aliases file, {@code aliases(5)}. */
package postern.table;
