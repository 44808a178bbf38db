/**
 * What tests hand to programs in place of the real world. {@link postern.testkit.SimWorld} runs
 * whole programs on virtual time from one seed; {@link postern.testkit.LyingDisk} forgets what was
 * not synced and fails when told to.
 */
package postern.testkit;
