/**
 * Name: pipe(8), hands messages to commands of other mail systems.
 *
 * <p>Does: runs the command of one {@code [pipe.NAME]}, a list of words without a shell, as its
 * configured user, with the message on standard input; for each recipient or for several at once.
 * UUCP, fax, list managers, filters.
 *
 * <p>Trusts: its configuration. Nothing in a request or in the queue names a uid, a path or a
 * command; an address is one argument whatever it holds, and one that would look like an option is
 * refused.
 *
 * <p>Powers: started by root it becomes the configured user, never root; started by anybody else it
 * runs commands for that user alone.
 *
 * <p>Limits: time and output of a command; beyond them its whole process group is killed.
 *
 * <p>Diagnostics: sysexits(3) and an enhanced status code at the start of the output, as Postfix
 * reads them; a command that cannot be started, that dies by a signal, or is killed for its time or
 * its output defers (4.3.x).
 */
package postern.pipe;
