package io.halfopen.samples

import io.halfopen.junit.HalfopenNetwork
import io.halfopen.linux.Rule
import io.halfopen.linux.Sysctl
import io.halfopen.nio.Network
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Assertions.fail
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import java.io.IOException
import java.net.ConnectException
import java.net.InetSocketAddress
import java.net.Socket
import java.net.SocketTimeoutException
import java.nio.channels.ClosedByInterruptException
import java.nio.channels.SocketChannel
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

/**
 * Why does `withTimeout` not end my connect?
 *
 * It ends coroutines where they suspend, and a blocking call does not: it takes as long as it takes, on `Dispatchers.IO` as
 * well (https://github.com/Kotlin/kotlinx.coroutines/issues/57). `runInterruptible` interrupts the thread, and that helps
 * only if the call minds: a java.net.Socket on a platform thread does not
 * (https://github.com/Kotlin/kotlinx.coroutines/issues/3696), a SocketChannel does. In either case what is caught is what the
 * call has thrown, no TimeoutCancellationException. The one way that always holds is the socket's own timeout.
 */
@HalfopenNetwork
class CoroutineTimeoutTest {
    private val patience = 50.milliseconds

    /** A server that does not keep up with accept(): Linux drops the SYN and says nothing. */
    private fun Network.busyServer() {
        host("payments").listen(8080).backlog(0).neverAccepts().full()
    }

    /** A SYN and a second one: connect() gives up after 3 s, where Linux's 6 retries make that 127; 10 times as fast here. */
    private val givesUp = 300.milliseconds

    private fun Network.impatientClient() {
        home().set(Sysctl.tcp_syn_retries, 1)
    }

    /**
     * How long it takes until the call's own exception comes out of `withTimeout`. On a machine so busy that time was out
     * before a thread had begun to connect, there is more of it the next time.
     */
    private inline fun <reified E : IOException> until(net: Network, noinline connect: suspend () -> Unit): Duration {
        for (patience in generateSequence(patience) { it * 2 }.take(10)) {
            val begun = TimeSource.Monotonic.markNow()
            val thrown = runBlocking { assertThrows<Exception> { withTimeout(patience) { connect() } } }
            if (thrown !is TimeoutCancellationException || net.drops().isNotEmpty()) {
                assertThat(thrown).isInstanceOf(E::class.java)
                return begun.elapsedNow()
            }
        }
        return fail("no thread began to connect")
    }

    @Test
    @HalfopenNetwork(timeFactor = 10.0)
    fun `a timeout around a blocking connect waits for the connect`(net: Network) {
        net.busyServer()
        net.impatientClient()
        assertThat(until<ConnectException>(net) { withContext(Dispatchers.IO) { Socket("payments", 8080).close() } })
            .isGreaterThan(givesUp * 0.9)
        assertThat(net.drops()).containsOnly(Rule.ACCEPT_QUEUE_FULL)
    }

    @Test
    @HalfopenNetwork(timeFactor = 10.0)
    fun `an interrupt does not end the connect of a socket`(net: Network) {
        net.busyServer()
        net.impatientClient()
        assertThat(until<ConnectException>(net) { runInterruptible(Dispatchers.IO) { Socket("payments", 8080).close() } })
            .isGreaterThan(givesUp * 0.9)
    }

    @Test
    fun `an interrupt ends the connect of a channel`(net: Network) {
        net.busyServer()
        val took = until<ClosedByInterruptException>(net) {
            runInterruptible(Dispatchers.IO) { SocketChannel.open(InetSocketAddress("payments", 8080)).close() }
        }
        // Otherwise it would have been 127 s.
        assertThat(took).isLessThan(100.seconds)
    }

    @Test
    fun `a socket has a timeout of its own`(net: Network) {
        net.busyServer()
        runBlocking(Dispatchers.IO) {
            assertThrows<SocketTimeoutException> {
                Socket().use { it.connect(InetSocketAddress("payments", 8080), patience.inWholeMilliseconds.toInt()) }
            }
        }
    }
}
