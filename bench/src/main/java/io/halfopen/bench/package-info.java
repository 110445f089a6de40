/** Benchmarks. */
@NullMarked
package io.halfopen.bench;

import org.jspecify.annotations.NullMarked;
