package postern.smtp;

/** Where in the conversation we are: for the words of an outcome. */
enum Step {
    GREETING("receiving the greeting", "the greeting"),
    EHLO("performing the EHLO handshake", "EHLO"),
    HELO("performing the HELO handshake", "HELO"),
    LHLO("performing the LHLO handshake", "LHLO"),
    STARTTLS("performing the STARTTLS handshake", "STARTTLS"),
    AUTH("authenticating", "AUTH"),
    RSET("sending RSET", "RSET"),
    XFORWARD("sending XFORWARD", "XFORWARD"),
    MAIL("sending MAIL FROM", "MAIL FROM"),
    RCPT("sending RCPT TO", "RCPT TO"),
    DATA("sending DATA", "DATA"),
    BODY("sending the message", "the message"),
    END("sending end of data -- message may be sent more than once", "end of data");

    private final String doing;
    private final String command;

    Step(String doing, String command) {
        this.doing = doing;
        this.command = command;
    }

    String doing() {
        return doing;
    }

    String command() {
        return command;
    }
}
