/**
 * Name: virtual(8), delivers into mailboxes of users who have no account on this host.
 *
 * <p>Does: looks an address up in tables that name its mailbox below one folder, and the numbers of
 * the user and group that own it; writes a Maildir (a path with a slash at its end) or an mbox.
 * Adds Return-Path and Delivered-To. What it reports delivered is on the disk.
 *
 * <p>Trusts: its configuration and its tables. A path that leads out of the folder, by {@code ..},
 * by a slash at its start or by a symbolic link, is refused, whoever wrote it.
 *
 * <p>Powers: started by root it becomes the owner of the mailbox, on a thread of its own for each
 * delivery, never below {@code minimum_uid}; started by anybody else it delivers as that user.
 *
 * <p>Limits: no network; the quota of a Maildir, the length of an mbox; a mailbox lock is tried for
 * {@link postern.mailbox.Mbox#LOCK_LIMIT}.
 *
 * <p>Diagnostics: an unknown address bounces (5.1.1); a table that cannot answer, a disk that is
 * full, read-only or gone, and a mailbox over its quota defer (4.2.x, 4.3.x) with the reason.
 */
package postern.virtual;
