/**
 * {@code sendmail}: an ordinary SMTP client on the Unix submission socket, with the flags that
 * programs have called since the eighties. Nothing here is privileged. It loads neither TOML nor
 * picocli: programs start it once a message.
 */
package postern.command.sendmail;
