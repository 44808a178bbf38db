package postern.qmgr;

/** Stands in the line of a destination: a whole message, or a part of one. */
sealed interface InLine extends Waiter permits Stub, Attempt {}
