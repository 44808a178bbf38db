/**
 * The hand-over between programs, {@code docs/protocols/handover.md}: LMTP (RFC 2033) with
 * PIPELINING, CHUNKING and the command XPOSTERN for what SMTP cannot carry. {@link
 * postern.ipc.LmtpClient} is the half of smtpd and qmgr, {@link postern.ipc.LmtpServer} that of
 * cleanup and of the delivery agents.
 */
package postern.ipc;
