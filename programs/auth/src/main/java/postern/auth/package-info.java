/**
 * <b>Name.</b> auth - tells who a client is.
 *
 * <p><b>Does.</b> Reads the password file and speaks PLAIN, LOGIN and SCRAM with the clients of
 * smtpd, which passes their messages on by the protocol of Dovecot's authentication service. Checks
 * tokens (OAUTHBEARER, XOAUTH2) by the issuer's keys, or asks the issuer. A file that changes is
 * taken up within seconds; one that is wrong changes nothing but the log.
 *
 * <p><b>Trusts.</b> The program at its socket to pass on what the client said, and to say truly
 * what the TLS connection exports; in nothing else. The operator for the files. The issuer for
 * whose a token is, once it has proved its name.
 *
 * <p><b>Powers.</b> Reads the files of its configuration. A Unix-domain socket that master hands
 * down. No mail, no program; no network, but where the issuer is asked: the port of its URL, and
 * name servers.
 *
 * <p><b>Limits.</b> Users, hashes, memory and time of a hash, hashes at once, connections,
 * exchanges and lines are bounded; so are keys, answers, requests and what is remembered of tokens.
 * Who waits too long for a hash or an answer is told to come again.
 *
 * <p><b>Diagnostics.</b> Denies after one and the same time, whatever was wrong; a user who does
 * not exist costs what another costs. The reason goes to smtpd's log alone. Cannot be told (454)
 * where the file cannot be read, a hash needs more memory than is given, or the issuer does not
 * answer. No password and no token is ever in a message.
 */
package postern.auth;
