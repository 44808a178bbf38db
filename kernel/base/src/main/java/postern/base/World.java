package postern.base;

import java.util.random.RandomGenerator;

/**
 * All of the outside that a program may touch. It is handed in, so that a simulation can hand in
 * another: virtual time, a disk that loses what was not synced, peers that misbehave.
 */
public record World(
        Clock clock, Disk disk, Network network, Tasks tasks, RandomGenerator random, Log log) {}
