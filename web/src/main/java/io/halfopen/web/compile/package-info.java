/** What TeaVM is told when it compiles the lab. */
@NullMarked
package io.halfopen.web.compile;

import org.jspecify.annotations.NullMarked;
