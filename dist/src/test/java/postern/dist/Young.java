package postern.dist;

/** A process of a test: one full collection. */
final class Young {
    private Young() {}

    public static void main(String[] arguments) {
        System.gc();
    }
}
