package postern.auth;

import postern.sasl.Accounts.Verdict;

/** Tells whose a token is. The call may take its time. Any thread. */
interface TokenCheck {
    /**
     * @param user whom the client says it is for; may be empty
     */
    Verdict token(String user, String token);
}
