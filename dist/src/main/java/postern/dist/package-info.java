/**
 * The composition root: which programs make a domain, which powers a domain has, how it is started.
 * Each {@code ...Domain} class wires its programs over any {@link postern.base.World}, so that the
 * simulation runs the very same domains.
 */
package postern.dist;
