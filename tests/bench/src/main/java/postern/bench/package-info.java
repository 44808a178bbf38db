/** Measurements of parts of Postern by themselves: see README.md of this module. */
package postern.bench;
