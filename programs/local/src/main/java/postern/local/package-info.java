/**
 * Name: local(8), delivers into mailboxes of this host.
 *
 * <p>Does: looks the recipient up among aliases and users of this host and appends the message to
 * an mbox, or puts it into a Maildir, as that user. Adds Return-Path, Delivered-To and
 * X-Original-To. What it reports delivered is on the disk: file and directory are synced first.
 *
 * <p>Trusts: aliases file, user database, its configuration. Nothing in a request or in the queue
 * names a uid, a path or a command: local looks the user up itself.
 *
 * <p>Powers: started by root it becomes the recipient, on a thread of its own for each delivery;
 * uid 0 is never impersonated, root's mail is kept by an unprivileged user. Started by anybody else
 * it delivers as that user.
 *
 * <p>Limits: no network; a mailbox lock is tried for {@link postern.local.Mbox#LOCK_LIMIT}.
 *
 * <p>Diagnostics: an unknown user bounces (5.1.1); a disk that is full, read-only or gone, a lock
 * that is held and a mailbox of a wrong owner defer (4.2.x, 4.3.x) with the reason; a loop
 * (Delivered-To) bounces (5.4.6).
 */
package postern.local;
