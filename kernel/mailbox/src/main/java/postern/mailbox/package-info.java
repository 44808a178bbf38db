/**
 * What delivery into mailboxes and commands is made of: Maildir with its quota, mbox with its
 * locks, a command with its bounds and the meaning of its exit status, and whose rights all that is
 * done with. No policy: who gets which, the programs decide.
 */
package postern.mailbox;
