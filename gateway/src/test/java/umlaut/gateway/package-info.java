@org.jspecify.annotations.NullMarked
package umlaut.gateway;
