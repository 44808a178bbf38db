package postern.cleanup;

/**
 * What cleanup goes by.
 *
 * @param hostname our own name, for trace and completed fields
 * @param messageOctetsMax longest message in octets; 0: no limit
 * @param namesLogin whether the trace names who authenticated over the network
 */
public record CleanupConfig(String hostname, long messageOctetsMax, boolean namesLogin) {}
