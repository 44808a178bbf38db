/**
 * SMTP and LMTP on the wire, the same for server and client: bounded lines in, batched replies out,
 * commands and replies as values, and message data with its transparency (RFC 5321 §4.5.2).
 */
package postern.wire;
