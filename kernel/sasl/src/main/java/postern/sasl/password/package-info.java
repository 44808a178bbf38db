/**
 * What is kept of passwords: hashes in the forms the field uses, and the file they stand in. Pure:
 * text in, values out.
 */
package postern.sasl.password;
