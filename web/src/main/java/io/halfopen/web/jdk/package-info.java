/**
 * What a browser has none of, in plain Java. TeaVM compiles these in place of the classes of the same simple name: see
 * {@link io.halfopen.web.compile.Substitutions}. The JVM never loads them.
 */
@NullMarked
package io.halfopen.web.jdk;

import org.jspecify.annotations.NullMarked;
