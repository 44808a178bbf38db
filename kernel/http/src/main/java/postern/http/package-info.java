/**
 * The little of HTTP/1.1 (RFC 9110, RFC 9112) that a mail server asks for: one request to a host
 * that proves its name, one bounded answer, no redirects, no caching, no cookies.
 */
package postern.http;
