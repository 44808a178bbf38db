/**
 * The only code with native access. It calls the kernel and the C library through the foreign
 * function interface for what the JDK does not offer: Landlock and seccomp, processes started with
 * another identity and with chosen descriptors, listeners as plain descriptors, the user database.
 *
 * <p>Linux on x86_64 and aarch64, glibc 2.34 or newer. Calls that wait block their platform thread;
 * virtual threads should not make them.
 */
package postern.os;
