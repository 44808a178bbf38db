/**
 * <b>Name.</b> sts - finds and keeps MTA-STS policies.
 *
 * <p><b>Does.</b> Says for a domain what it promises of its mail hosts (RFC 8461): asks for its TXT
 * record, fetches the policy that it announces from the policy host by HTTPS, keeps it for as long
 * as the policy says, over restarts too, and looks once a day whether it still holds.
 *
 * <p><b>Trusts.</b> The authorities of the web for who the policy host is, and nobody for what it
 * says: records and policies are parsed by their grammar and bounded.
 *
 * <p><b>Powers.</b> DNS, TCP to policy hosts, a folder of its own.
 *
 * <p><b>Limits.</b> A policy of 64 KiB within 60 s, no redirects, no attempt within five minutes of
 * a failure; 10,000 policies in 16 MiB, of which those go first that were used longest ago.
 *
 * <p><b>Diagnostics.</b> A line for each policy fetched, a warning for each failure with its kind
 * as RFC 8460 names it. A failure alone never stops mail: without a policy mail goes as if there
 * was none, with one that was kept it is held to that.
 */
package postern.sts;
