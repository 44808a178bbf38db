/**
 * <b>Name.</b> auth - tells who a client is.
 *
 * <p><b>Does.</b> Reads the password file and speaks PLAIN, LOGIN and SCRAM with the clients of
 * smtpd, which passes their messages on by the protocol of Dovecot's authentication service. A file
 * that changes is taken up within seconds; one that is wrong changes nothing but the log.
 *
 * <p><b>Trusts.</b> The program at its socket to pass on what the client said, and to say truly
 * what the TLS connection exports; in nothing else. The operator for the password file.
 *
 * <p><b>Powers.</b> Reads the password file. A Unix-domain socket that master hands down. No
 * network, no mail, no program.
 *
 * <p><b>Limits.</b> Users, hashes, memory and time of a hash, hashes at once, connections,
 * exchanges and lines are bounded. Who waits too long for a hash is told to come again.
 *
 * <p><b>Diagnostics.</b> Denies after one and the same time, whatever was wrong; a user who does
 * not exist costs what another costs. The reason goes to smtpd's log alone. Cannot be told (454)
 * where the file cannot be read or a hash needs more memory than is given.
 */
package postern.auth;
