/**
 * What the stack costs, by JMH: {@link io.halfopen.bench.HandshakeBench} for the listen path, {@link
 * io.halfopen.bench.BulkBench} for data. Run with {@code bench/run}.
 */
@NullMarked
package io.halfopen.bench;

import org.jspecify.annotations.NullMarked;
