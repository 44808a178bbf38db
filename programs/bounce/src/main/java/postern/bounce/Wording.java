package postern.bounce;

/** Subject and text of one kind of notice. */
public record Wording(Template subject, Template text) {
    private static final String HELP =
            """

            If you need help, send a mail to <{postmaster}>
            and include this report.

            {recipients}""";

    static final Wording FAILED =
            of(
                    "Undelivered Mail Returned to Sender",
                    """
                    Postern, the mail system at {hostname}, reports:

                    Your message could not be delivered to the recipients named below,
                    and is not tried any further. What was sent is attached.
                    """);

    static final Wording DELAYED =
            of(
                    "Delayed Mail (still being retried)",
                    """
                    Postern, the mail system at {hostname}, reports:

                    ####################################################################
                    # THIS IS ONLY A WARNING. YOU NEED NOT SEND YOUR MESSAGE AGAIN.    #
                    ####################################################################

                    Your message could not be delivered yet to the recipients named
                    below. It is kept, and tried again, until {until}.
                    """);

    static final Wording DELIVERED =
            of(
                    "Successful Mail Delivery Report",
                    """
                    Postern, the mail system at {hostname}, reports:

                    As you asked to be told: your message was delivered to, or handed on
                    for, the recipients named below. A system that it was handed on
                    to may not be able to send you further reports.
                    """);

    static final Wording EXPANDED =
            of(
                    "Successful Mail Delivery Report (expanded)",
                    """
                    Postern, the mail system at {hostname}, reports:

                    As you asked to be told: each address named below stands for several
                    recipients, and your message was accepted for all of them. You will not
                    be told when it is delivered to them, but when that fails.
                    """);

    static final Wording DOUBLE =
            of(
                    "Undeliverable Notice (for the postmaster)",
                    """
                    Postern, the mail system at {hostname}, reports:

                    A notice about undelivered mail, or other mail from the empty sender,
                    could not be delivered itself. It is attached, for the postmaster
                    to know; nobody else is told.
                    """);

    private static Wording of(String subject, String text) {
        return new Wording(Template.parseLine(subject), Template.parse(text + HELP));
    }
}
