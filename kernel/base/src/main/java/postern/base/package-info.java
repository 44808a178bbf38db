/**
 * What every program stands on: the {@link postern.base.World} handed to it, the log line, and
 * {@link postern.base.Bug}. Interfaces only; the real ones are in {@code postern.base.system}.
 */
package postern.base;
