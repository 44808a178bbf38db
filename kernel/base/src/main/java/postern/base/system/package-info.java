/** The real world: system clock, files, sockets, threads. The only code that touches them. */
package postern.base.system;
