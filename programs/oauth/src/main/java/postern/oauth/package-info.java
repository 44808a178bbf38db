/**
 * <b>Name.</b> oauth - fetches access tokens.
 *
 * <p><b>Does.</b> Gives who authenticates outward with XOAUTH2 or OAUTHBEARER an access token (RFC
 * 6749): asks the token endpoint for one by refresh token (§6) or as a client (§4.4), keeps it in
 * memory until shortly before it expires, and keeps on disk the refresh token that the endpoint
 * gives in the place of the old one.
 *
 * <p><b>Trusts.</b> The authorities of the web for who the endpoint is, and the endpoint for what a
 * token is worth; what it answers is bounded and checked before it is sent on.
 *
 * <p><b>Powers.</b> DNS, TCP to the endpoints that the operator names, the files of secrets that he
 * names, a folder of its own.
 *
 * <p><b>Limits.</b> One request at a time for each source, 30 s and 64 KiB each; none within a
 * minute of a failure, none within five of a refusal; tokens of 6 KiB.
 *
 * <p><b>Diagnostics.</b> A line for each token fetched, a warning for each failure, never with a
 * secret. Without a token mail waits.
 */
package postern.oauth;
