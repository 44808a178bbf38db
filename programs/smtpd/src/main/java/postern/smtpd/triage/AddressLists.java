package postern.smtpd.triage;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import postern.base.Bug;
import postern.base.Tasks;
import postern.config.Cidr;
import postern.dns.Resolver;
import postern.dns.ReverseNames;

/** All lists, asked at once. Any thread. */
public final class AddressLists {
    private final Tasks tasks;
    private final Resolver resolver;
    private final List<AddressList> lists;

    /**
     * What the lists say of a client.
     *
     * @param total sum of the weights of those that name it
     * @param zones of those
     * @param complete whether each list answered; without that the total may be another soon
     */
    public record Score(int total, List<String> zones, boolean complete) {
        public static final Score NONE = new Score(0, List.of(), true);

        public Score {
            zones = List.copyOf(zones);
        }
    }

    private enum Entry {
        THERE,
        NOT_THERE,
        UNKNOWN
    }

    /**
     * @param resolver asked for IPv4 addresses only: lists give no others
     */
    public AddressLists(Tasks tasks, Resolver resolver, List<AddressList> lists) {
        this.tasks = tasks;
        this.resolver = resolver;
        this.lists = List.copyOf(lists);
    }

    public boolean isEmpty() {
        return lists.isEmpty();
    }

    /** Takes as long as the slowest list, within the bounds of the name service. */
    public Score score(InetAddress client) {
        List<CompletableFuture<Entry>> answers = new ArrayList<>(lists.size());
        for (AddressList list : lists) {
            CompletableFuture<Entry> answer = new CompletableFuture<>();
            answers.add(answer);
            tasks.start(
                    "list " + list.zone(),
                    () -> {
                        Entry found = Entry.UNKNOWN;
                        try {
                            found = entry(list, client);
                        } finally {
                            answer.complete(found);
                        }
                    });
        }
        int total = 0;
        boolean complete = true;
        List<String> zones = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            switch (awaited(answers.get(i))) {
                case THERE -> {
                    total += lists.get(i).weight();
                    zones.add(lists.get(i).zone());
                }
                case NOT_THERE -> {}
                case UNKNOWN -> complete = false;
            }
        }
        return new Score(total, zones, complete);
    }

    private Entry awaited(CompletableFuture<Entry> answer) {
        try {
            return tasks.await(answer);
        } catch (ExecutionException never) {
            throw new Bug("an answer completes normally", never);
        }
    }

    private Entry entry(AddressList list, InetAddress client) {
        return switch (resolver.addresses(ReverseNames.under(client, list.zone()))) {
            case Resolver.Answer.Found<List<InetAddress>>(var found, _) ->
                    counts(list, found) ? Entry.THERE : Entry.NOT_THERE;
            case Resolver.Answer.NoSuchName<List<InetAddress>> _,
                    Resolver.Answer.Empty<List<InetAddress>> _ ->
                    Entry.NOT_THERE;
            case Resolver.Answer.Temporary<List<InetAddress>> _ -> Entry.UNKNOWN;
        };
    }

    private static boolean counts(AddressList list, List<InetAddress> found) {
        for (InetAddress answer : found) {
            for (Cidr wanted : list.answers()) {
                if (wanted.contains(answer)) {
                    return true;
                }
            }
        }
        return false;
    }
}
