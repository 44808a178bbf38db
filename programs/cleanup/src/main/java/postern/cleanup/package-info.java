/**
 * Name: cleanup(8), completes a message and commits it.
 *
 * <p>Does: takes messages by the hand-over (LMTP with XPOSTERN), has addresses rewritten and
 * aliases expanded, adds copies and the archive's message, puts the Received field in front,
 * completes Date, Message-ID and From on submission only (RFC 6409 §8), and commits to the spool.
 * Its 250 is the instant of responsibility: the fdatasync behind it is done. Answers smtpd's VRFY:
 * whether an address is ours and known.
 *
 * <p>Trusts: nobody; every field of a hand-over is checked as if it came from an enemy. The
 * socket's file mode says who may connect at all.
 *
 * <p>Powers: writes the queue, in the queue domain.
 *
 * <p>Limits: {@link postern.cleanup.Completion#HEADER_OCTETS_MAX} octets of header looked at on
 * submission; recipients after expansion {@link postern.cleanup.CleanupSession#RECIPIENTS_MAX}.
 *
 * <p>Diagnostics: 452 4.3.1 when the disk is too full, said before anything is written; 451 4.3.0
 * when the queue cannot be written; 552 5.3.4 when a message exceeds the limit.
 */
package postern.cleanup;
