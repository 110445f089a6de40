package io.halfopen.junit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the network of a test, or of all tests of a class, is to be like; it brings {@link HalfopenExtension}. */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(HalfopenExtension.class)
public @interface HalfopenNetwork {
    /** The seed that the property {@code halfopen.seed} gives, or 1. */
    long UNSET = Long.MIN_VALUE;

    /** What is left to chance comes from this number. */
    long seed() default UNSET;

    /** Addresses outside of the network are refused. */
    boolean pure() default false;

    /** Time jumps when all programs wait. */
    boolean automaticTime() default false;

    /** How many times as fast as the wall clock time goes. */
    double timeFactor() default 1;

    /**
     * Tests that say so run at once where JUnit runs tests in parallel; all others take turns. Not with pure or automaticTime,
     * and only for a test that shares no client and no server with another.
     */
    boolean parallel() default false;

    /** A test fails if it set a fault that never hit anything. */
    boolean failOnUnusedFault() default false;
}
