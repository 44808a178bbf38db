package postern.interop;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A client that goes on sending, through every loss of connection, and knows what was answered 250.
 */
final class Load implements Runnable {
    private static final Duration RESTARTED_WITHIN = Duration.ofMinutes(2);

    private final String name;
    private final int port;
    private final List<String> recipients;
    private final List<String> accepted = new CopyOnWriteArrayList<>();
    private final List<String> putOff = new CopyOnWriteArrayList<>();
    private volatile boolean stopped;

    /**
     * @param recipients each in turn gets a message of its own
     */
    Load(int port, List<String> recipients) {
        this("load", port, recipients);
    }

    /**
     * @param name its subjects begin with it
     */
    Load(String name, int port, List<String> recipients) {
        this.name = name;
        this.port = port;
        this.recipients = List.copyOf(recipients);
    }

    @Override
    public void run() {
        int number = 0;
        while (!stopped) {
            try (Client client = Client.greeted(port)) {
                while (!stopped) {
                    String recipient = recipients.get(number % recipients.size());
                    String subject = name + " " + number++;
                    String reply =
                            client.send(
                                    "ann@example.net",
                                    recipient,
                                    "Subject: " + subject + "\r\n\r\nbody");
                    if (reply.startsWith("250")) {
                        accepted.add(subject);
                    } else if (reply.startsWith("4")) {
                        putOff.add(reply);
                    } else {
                        break; // it went away
                    }
                }
            } catch (IOException gone) {
                // it is being restarted
                await().atMost(RESTARTED_WITHIN).until(() -> stopped || answers());
            }
        }
    }

    private boolean answers() {
        try (Client client = new Client(port)) {
            return client.reply().startsWith("220");
        } catch (IOException notYet) {
            return false;
        }
    }

    void stop() {
        stopped = true;
    }

    /** Answers that said to come later. */
    List<String> putOff() {
        return List.copyOf(putOff);
    }

    /** The subjects that were answered 250. */
    List<String> accepted() {
        return List.copyOf(accepted);
    }
}
