package postern.base;

import java.nio.file.Path;

/** A user of this machine, as the user database (passwd(5), NSS) tells it. */
public record User(String name, int uid, int gid, Path home) {}
