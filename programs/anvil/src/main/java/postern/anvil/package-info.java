/**
 * <b>Name.</b> anvil - counts what clients do.
 *
 * <p><b>Does.</b> Keeps, for each client network and each login, how many sessions are open and how
 * many connections, messages, recipients, failed authentications and TLS handshakes there were in
 * the current interval, and refuses what goes beyond a limit. A network is an IPv4 address or an
 * IPv6 prefix, of lengths that can be configured: who has one IPv6 address has many.
 *
 * <p><b>Trusts.</b> The program that asks, which is in the same process. What a stranger can
 * choose, address and login, is only ever a key here.
 *
 * <p><b>Powers.</b> None: no file, no socket, no thread. Whoever asks brings the time.
 *
 * <p><b>Limits.</b> Networks and logins remembered are bounded ({@code clients} of {@code
 * [anvil]}); beyond that the one that did nothing for longest is forgotten, first those without an
 * open session. A flood of addresses makes it forgetful, never large.
 *
 * <p><b>Diagnostics.</b> Says what is too much in words fit for a reply; smtpd answers 421 or 450
 * with them. What is counted most can be listed: {@code postern status --limits}.
 */
package postern.anvil;
