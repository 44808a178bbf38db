/**
 * <b>Name.</b> qmqpd - takes mail from hosts of our own by QMQP, the Quick Mail Queueing Protocol.
 *
 * <p><b>Does.</b> Reads one message with its envelope from each connection, hands it on, and says
 * what became of it: {@code K} taken, {@code Z} not now, {@code D} never. A message's lines end
 * with LF on the way here; in the queue they end with CRLF.
 *
 * <p><b>Trusts.</b> Clients of the configured networks may send to anywhere: the protocol knows no
 * other proof. Others are hung up on. Nobody's octets: lengths are bounded before anything is kept,
 * and a CR or NUL that stands alone becomes a space, as {@link postern.wire.DataDecoder} has it.
 *
 * <p><b>Powers.</b> A listener; scratch files in one folder; the socket of the program that it
 * hands messages to.
 *
 * <p><b>Limits.</b> Sessions at once, time, a minimum rate, the length of a message, of its header
 * and of an address, recipients, hops: {@link postern.qmqpd.QmqpdConfig}.
 *
 * <p><b>Diagnostics.</b> A line for each message taken, and for each refused with {@code Z} or
 * {@code D}. A session that fails ends alone, and nothing of it was taken.
 */
package postern.qmqpd;
