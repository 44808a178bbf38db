/**
 * <b>Name.</b> master: starts, confines and restarts the other programs.
 *
 * <p><b>Does.</b> Claims the state folder, binds every listener, and starts one process for each
 * domain of the plan that it is given: with an identity, a Landlock sandbox, the listeners as
 * descriptors, and its settings in a file in memory. What dies is started again, at once after a
 * long life, with growing pauses after a short one; connections wait meanwhile, since the listeners
 * stay open here. A reload starts only those domains anew whose part of the plan has changed. On
 * its control socket ({@code run/master} in the state folder, for its own user only) it answers
 * {@code status}, {@code reload} and {@code stop}: docs/protocols/control.md.
 *
 * <p><b>Trusts.</b> The plan, and who may open the control socket. Of its children only their
 * deaths and one line about their sandbox, which it shows and does not interpret.
 *
 * <p><b>Powers.</b> Those of whoever starts it: root's, to bind ports and give each domain its own
 * uid, or a plain user's. It reads no mail and nothing from the network.
 *
 * <p><b>Limits.</b> A child that dies within 10 s waits from 0.1 s, doubling, to 60 s. Draining
 * takes 10 s, then SIGTERM, 2 s later SIGKILL. Sessions outlive a reload by 5 min, in 3 processes
 * of a domain at most; then they drain. A stop takes 10 s at most. Control: 16 connections, lines
 * of 1 KiB, 10 s for each.
 *
 * <p><b>Diagnostics.</b> Refuses to start when another master has the state folder, when an address
 * is in use, when a folder has another owner. Logs {@code started}, {@code serves}, {@code ended},
 * {@code restarts}. When it dies itself, its children see their lifelines break, and end.
 */
package postern.master;
