/**
 * <b>Name.</b> qmgr - decides which message is tried when, and by whom.
 *
 * <p><b>Does.</b> Keeps a schedule of all queued messages in memory, rebuilt from the log at start.
 * Routes recipients, groups them by destination, hands them to delivery agents within the
 * concurrency that each destination bears, records what became of them, and asks bounce for
 * notices. Answers the operator over the control socket.
 *
 * <p><b>Trusts.</b> The spool's envelopes, which were checked at reception; the router. An agent's
 * answer is normalised before it is believed: wrong in number, it counts as "later".
 *
 * <p><b>Powers.</b> The queue's log; the agents' Unix sockets; the control socket. No network.
 *
 * <p><b>Limits.</b> Concurrency per destination (5 rising to 20) and per transport (100, and 1900
 * more that have been hanging for over 5 s, or 1 s without any answer yet; a quarter of the places
 * is for destinations that have answered), recipients per attempt (50), retry from 300 s doubling
 * to 4000 s, lifetime 5 days: {@link postern.qmgr.QmgrConfig}. Where a route hangs on a table of
 * another process, 32 messages are routed at once, by tasks, while the schedule goes on. Envelopes
 * of at most 20,000 messages are in memory; of the others there are 48 octets here and about 100 in
 * the spool, and they are read when their turn comes. When more messages than that could be
 * delivered at once, reception is slowed.
 *
 * <p><b>Diagnostics.</b> An outcome that is unknown is a deferral, never a bounce. An agent that
 * cannot be reached holds its transport (1 s, doubling to 60 s) and counts as no attempt. An
 * outcome that the log cannot take is kept and written again each second. A fault of the schedule
 * itself halts the process (70); the next one starts from the log.
 */
package postern.qmgr;
