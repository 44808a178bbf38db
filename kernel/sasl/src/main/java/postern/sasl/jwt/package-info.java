/**
 * Tokens that carry their own proof: JWT (RFC 7519) signed by JWS (RFC 7515), and the keys that
 * they are checked by (RFC 7517). Pure: text in, values out; what a token must say is for the
 * caller to decide.
 */
package postern.sasl.jwt;
