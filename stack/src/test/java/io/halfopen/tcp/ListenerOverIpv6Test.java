package io.halfopen.tcp;

import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OverIpv6.class)
class ListenerOverIpv6Test extends ListenerTest {
    /** It makes the address by hand, and is no test here. */
    @Override
    void aSynForAnotherHostIsNotForUs() {}
}
