package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every small listener there is, against a {@link ReferenceListener}: all settings, all fills, all short stories. */
class SmallWorldsTest {
    private static final String SYN = "S 0:0(0) win 65535 <mss 1460>";
    private static final String ACK = ". 1:1(0) ack 1";
    private static final int[] MAX_SYN_BACKLOGS = {0, 1, 4, 8, 16};
    private static final int MOST_FILL = 6;
    private static final int STORY_LENGTH = 5;

    /** Each step is one of three. */
    private static final int STORIES = 3 * 3 * 3 * 3 * 3;

    /** One listener in one world, and whom it knows. */
    private static final class Small {
        final Scene scene = new Scene();
        final int fd = scene.listener(100);
        final Deque<Peer> halfOpens = new ArrayDeque<>();
        final Deque<Peer> cookies = new ArrayDeque<>();
        final String world;

        Small(int syncookies, int backlog, int somaxconn, int maxSynBacklog, int abort, int halfOpen, int queued) {
            world = "syncookies=%d backlog=%d somaxconn=%d tcp_max_syn_backlog=%d abort=%d"
                    .formatted(syncookies, backlog, somaxconn, maxSynBacklog, abort);
            for (int i = 0; i < queued; i++) {
                scene.peer().handshake();
            }
            for (int i = 0; i < halfOpen; i++) {
                syn();
            }
            scene.set(Sysctl.tcp_syncookies, syncookies)
                    .set(Sysctl.somaxconn, somaxconn)
                    .set(Sysctl.tcp_max_syn_backlog, maxSynBacklog)
                    .set(Sysctl.tcp_abort_on_overflow, abort);
            scene.stack.listen(fd, backlog);
        }

        String syn() {
            Peer peer = scene.peer();
            Rule rule = peer.inject(SYN);
            String counted = scene.changes();
            if (rule == Rule.SYN_ANSWERED || rule == Rule.SYN_COOKIE_SENT) {
                (rule == Rule.SYN_ANSWERED ? halfOpens : cookies).add(peer);
                peer.expect("S. 0:0(0) ack 1");
                counted += " -> SYN-ACK";
            }
            peer.expectNothing();
            return counted;
        }

        String ack(boolean cookie) {
            Deque<Peer> waiting = cookie ? cookies : halfOpens;
            Peer peer = waiting.remove();
            Rule rule = peer.inject(ACK);
            String counted = scene.changes();
            if (rule == Rule.FINAL_ACK_RESET) {
                peer.expect("R 1:1(0) win 0");
                counted += " -> RST";
            } else if (rule == Rule.FINAL_ACK_IGNORED || rule == Rule.COOKIE_ACK_IGNORED) {
                waiting.addFirst(peer);
            }
            peer.expectNothing();
            return counted;
        }

        String queues() {
            ListenQueues queues = scene.stack.queues(fd);
            return queues.synQueue() + " half-open, " + queues.acceptQueue() + " queued";
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void everyFillOfBothQueues(int syncookies) {
        for (int setting = 0; setting < 5 * 5 * 5 * 2; setting++) {
            for (int fill = 0; fill <= MOST_FILL * (MOST_FILL + 2); fill++) {
                everyAnswer(syncookies, setting, fill % (MOST_FILL + 1), fill / (MOST_FILL + 1));
            }
        }
    }

    /** A SYN, what its final ACK meets, and the final ACK of one that was there before. */
    private static void everyAnswer(int syncookies, int setting, int halfOpen, int queued) {
        Small small = small(syncookies, setting, halfOpen, queued);
        ReferenceListener reference = reference(syncookies, setting);
        reference.fill(halfOpen, queued);
        String where = small.world + ", " + small.queues();
        assertThat(small.syn()).as(where).isEqualTo(reference.syn());
        if (!small.cookies.isEmpty()) {
            assertThat(small.ack(true)).as(where).isEqualTo(reference.ack(true));
        }
        if (!small.halfOpens.isEmpty()) {
            assertThat(small.ack(false)).as(where).isEqualTo(reference.ack(false));
        }
        assertThat(small.queues()).as(where).isEqualTo(reference.queues());
    }

    /** From nothing: every order of SYNs, final ACKs and accept() calls, in every world. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void everyShortStory(int syncookies) {
        for (int setting = 0; setting < 5 * 5 * 5 * 2; setting++) {
            for (int story = 0; story < STORIES; story++) {
                tell(syncookies, setting, story);
            }
        }
    }

    private static void tell(int syncookies, int setting, int story) {
        Small small = small(syncookies, setting, 0, 0);
        ReferenceListener reference = reference(syncookies, setting);
        StringBuilder told = new StringBuilder(small.world).append(':');
        int rest = story;
        for (int step = 0; step < STORY_LENGTH; step++) {
            switch (rest % 3) {
                case 0 -> {
                    told.append(" SYN");
                    assertThat(small.syn()).as("%s", told).isEqualTo(reference.syn());
                }
                case 1 -> {
                    boolean cookie = small.halfOpens.isEmpty();
                    if (!cookie || !small.cookies.isEmpty()) {
                        told.append(" ACK");
                        assertThat(small.ack(cookie)).as("%s", told).isEqualTo(reference.ack(cookie));
                    }
                }
                default -> {
                    told.append(" accept()");
                    small.scene.accept(small.fd);
                    reference.accept();
                }
            }
            rest /= 3;
        }
        assertThat(small.queues()).as("%s", told).isEqualTo(reference.queues());
    }

    private static Small small(int syncookies, int setting, int halfOpen, int queued) {
        int maxSynBacklog = MAX_SYN_BACKLOGS[setting / 25 % 5];
        return new Small(syncookies, setting % 5, setting / 5 % 5, maxSynBacklog, setting / 125, halfOpen, queued);
    }

    private static ReferenceListener reference(int syncookies, int setting) {
        int maxSynBacklog = MAX_SYN_BACKLOGS[setting / 25 % 5];
        return new ReferenceListener(syncookies, setting % 5, setting / 5 % 5, maxSynBacklog, setting / 125 == 1);
    }
}
