package io.halfopen.spark;

/** Of the files that are written. */
enum Format {
    csv,
    parquet
}
