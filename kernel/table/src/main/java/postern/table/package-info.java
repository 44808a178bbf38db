/**
 * Lookup tables of every local kind behind one interface, and the aliases file, {@code aliases(5)}.
 */
package postern.table;
