/**
 * The house rules of CONTRIBUTING.md, held by tests that read the tree, the sources and the class
 * files.
 */
@org.jspecify.annotations.NullMarked
package postern.house;
