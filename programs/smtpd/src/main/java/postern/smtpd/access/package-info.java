/**
 * Rules of the operator's: who may do what at which stage of a session. Pure: facts in, the rules
 * that apply out. What a rule permits never permits to relay; that is decided elsewhere and by
 * other means.
 */
package postern.smtpd.access;
