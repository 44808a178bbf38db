/** Messages of parts, and what it takes to send them where only text goes: RFC 2045, RFC 2046. */
package postern.mail.mime;
