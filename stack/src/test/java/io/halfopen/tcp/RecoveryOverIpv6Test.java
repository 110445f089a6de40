package io.halfopen.tcp;

import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OverIpv6.class)
class RecoveryOverIpv6Test extends RecoveryTest {}
