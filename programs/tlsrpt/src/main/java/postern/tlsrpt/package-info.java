/**
 * <b>Name.</b> tlsrpt - reports on TLS to other domains.
 *
 * <p><b>Does.</b> Counts how TLS went in sessions with hosts of domains that ask for reports (RFC
 * 8460), by day, policy and failure, and after midnight UTC sends each domain its report, by mail
 * through our own queue and by HTTPS.
 *
 * <p><b>Trusts.</b> The program that tells of sessions, which is in the same process. Texts of
 * hosts and domains are bounded, and end in a report as text.
 *
 * <p><b>Powers.</b> DNS, TCP for reports by HTTPS, the submission socket, a folder of its own.
 *
 * <p><b>Limits.</b> 10,000 domains a day in 16 MiB, 20 policies of each and 100 kinds of failure of
 * each of those; 4 addresses of a domain; a report is tried for 24 hours. Counts of the last minute
 * are lost in a crash.
 *
 * <p><b>Diagnostics.</b> A line for each attempt to send a report. Sessions that found no room are
 * counted, and a warning says how many.
 */
package postern.tlsrpt;
