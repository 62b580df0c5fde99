/**
 * Guests that live on their own: where they are known, who watches over each, and how others reach it. No kernel code. See docs/manage.md.
 */
@org.jspecify.annotations.NullMarked
package umlaut.daemon;
