/** What {@code spark-submit} takes: the rows of many runs, made by a cluster. */
@NullMarked
package io.halfopen.spark;

import org.jspecify.annotations.NullMarked;
