/**
 * {@code postern} and {@code mailq}: they ask running programs over control sockets
 * (docs/protocols/control.md) and show the answers to people, or as JSON to programs.
 */
package postern.command;
