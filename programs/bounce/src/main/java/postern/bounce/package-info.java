/**
 * <b>Name.</b> bounce - tells senders what became of their mail.
 *
 * <p><b>Does.</b> Composes delivery status notifications (RFC 3464) about recipients that failed,
 * are delayed, or were delivered where the sender asked to know (RFC 3461): words for people,
 * fields for programs, and the original message or its header.
 *
 * <p><b>Trusts.</b> Nobody's text: what remote hosts said and what the original holds is bounded,
 * made printable, and can neither end a line nor a part of the notice.
 *
 * <p><b>Powers.</b> None of its own: it reads the content it is given and answers with octets.
 *
 * <p><b>Limits.</b> Of the original at most 50,000 octets are returned, its header when it is
 * longer, and the header's beginning when that is longer; lines are at most 998 octets (RFC 5322
 * §2.1.1); an outcome's text at most 1024 characters.
 *
 * <p><b>Diagnostics.</b> An original that cannot be read now defers the notice. A notice is never
 * sent about a message whose sender is {@code <>}: the postmaster is told instead, and a notice to
 * the postmaster that fails is the end: no loop can come of it.
 */
package postern.bounce;
