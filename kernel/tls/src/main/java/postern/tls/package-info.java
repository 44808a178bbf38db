/**
 * TLS (RFC 8446, RFC 5246) over a {@link postern.base.Peer}: {@link postern.tls.TlsPeer} is the
 * peer once more, sealed. Blocking as its peer is; no threads of its own.
 */
package postern.tls;
