package postern.command.sendmail;

/**
 * An address as a user writes it.
 *
 * @param localPart what it means, without quoting
 * @param domain empty when none was written: the server completes it
 */
record Address(String localPart, String domain) {}
