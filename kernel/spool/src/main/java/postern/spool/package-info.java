/**
 * The queue on disk. {@link postern.spool.QueueLog} is the durable log (local files; later a
 * replicated engine), {@link postern.spool.Spool} keeps messages in it: reception, outcomes,
 * replay, cleaning. The format is documented in {@code docs/protocols/queue-format.md}.
 */
package postern.spool;
