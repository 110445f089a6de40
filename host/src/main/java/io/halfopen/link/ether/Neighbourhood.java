package io.halfopen.link.ether;

import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import org.jspecify.annotations.Nullable;

/**
 * How a host with one address finds the station that a packet has to go to, and is found itself: the neighbour with that
 * address if it is in the host's network, else the gateway, if there is one. It asks, keeps the latest packet for each
 * neighbour until the answer comes, and answers who asks for the host. One thread at a time.
 */
public final class Neighbourhood {
    /** There is no station for a packet yet. */
    public static final long UNKNOWN = EtherFrame.NONE;

    /** Where frames and packets go that leave now. The octets are the caller's until it returns. */
    public interface Wire {
        /** A whole frame that asks or answers. */
        void sendFrame(byte[] frame, int length);

        /** What {@link #stationFor} has kept goes to this station. */
        void sendKept(long station, byte[] bytes, int end);
    }

    /** A host: its station, its address, the first {@code prefix} bits of which are its network's, and its gateway. */
    public record Host(
            long station,
            IpAddress address,
            int prefix,
            @Nullable IpAddress gateway) {
        boolean isOnLink(long high, long low) {
            if (address.isIpv4()) {
                return IpAddress.isIpv4(high, low) && ((low ^ address.low()) & -1L << 32 - prefix) == 0;
            }
            long highMask = prefix >= 64 ? -1 : -1L << 64 - prefix;
            long lowMask = prefix <= 64 ? 0 : -1L << 128 - prefix;
            return IpAddress.isLinkLocal(high)
                    || ((high ^ address.high()) & highMask | (low ^ address.low()) & lowMask) == 0;
        }

        /** The group of stations to whom questions about the host's address are sent. */
        public long group() {
            return address.isIpv4() ? EtherFrame.BROADCAST : Discovery.groupStation(address.low());
        }

        private boolean is(long high, long low) {
            return address.low() == low && address.high() == high;
        }
    }

    private final Host host;
    private final Wire wire;
    private final Neighbours neighbours;
    private final Neighbour gateway = new Neighbour();
    private final byte[] frame = new byte[Math.max(Arp.END, Discovery.END)];
    private long unreachable;
    private long unanswered;

    /** {@code secret} is from a secure source. */
    public Neighbourhood(Host host, Wire wire, long secret) {
        this.host = host;
        this.wire = wire;
        neighbours = new Neighbours(secret);
        IpAddress router = host.gateway;
        if (router != null) {
            gateway.reset(router.high(), router.low(), 0);
        }
    }

    /**
     * The station that a packet has to go to. If it is not known the packet waits for it, or is lost: a copy of all that the
     * array has up to here.
     *
     * @param packet where its IP header begins
     */
    public long stationFor(byte[] bytes, int packet, int end, long now) {
        Neighbour next = next(IpHeader.destinationHigh(bytes, packet), IpHeader.destinationLow(bytes, packet), now);
        if (next == null) {
            unreachable++;
            return UNKNOWN;
        }
        long station = next.station(now);
        if (next.asks(now)) {
            ask(next.high(), next.low());
            station = next.station(now);
        }
        if (station == UNKNOWN && next.keep(bytes, end)) {
            unanswered++;
        }
        return station;
    }

    private @Nullable Neighbour next(long high, long low, long now) {
        if (IpAddress.isMulticast(high, low)) {
            return null;
        }
        if (gateway.is(high, low) || !host.isOnLink(high, low)) {
            return host.gateway == null ? null : gateway;
        }
        return neighbours.findOrAdd(high, low, now);
    }

    private void ask(long high, long low) {
        if (host.address.isIpv4()) {
            Arp.writeRequest(frame, host.station, (int) host.address.low(), (int) low);
            wire.sendFrame(frame, Arp.END);
        } else {
            Discovery.writeSolicitation(frame, host.station, host.address, high, low);
            wire.sendFrame(frame, Discovery.END);
        }
    }

    /** Tells everybody which station the host is, so that nobody goes on with another one that had its address. */
    public void announce() {
        if (host.address.isIpv4()) {
            Arp.writeRequest(frame, host.station, (int) host.address.low(), (int) host.address.low());
            wire.sendFrame(frame, Arp.END);
        } else {
            Discovery.writeAdvertisement(frame, host.station, host.address, UNKNOWN, 0, 0);
            wire.sendFrame(frame, Discovery.END);
        }
    }

    /** Takes the frame if neighbours ask or answer in it, whoever made it up; else it is somebody else's. */
    public boolean take(byte[] bytes, int from, int end, long now) {
        int type = EtherFrame.type(bytes, from);
        if (type == EtherFrame.ARP) {
            if (host.address.isIpv4() && Arp.isValid(bytes, from, end)) {
                takeArp(bytes, from, now);
            }
            return true;
        }
        boolean discovery = type == EtherFrame.IPV6 && !host.address.isIpv4() && Discovery.isValid(bytes, from, end);
        if (discovery) {
            takeDiscovery(bytes, from, now);
        }
        return discovery;
    }

    private void takeArp(byte[] bytes, int from, long now) {
        int sender = Arp.sender(bytes, from);
        long station = Arp.senderStation(bytes, from);
        boolean toUs = Arp.target(bytes, from) == (int) host.address.low();
        boolean asked = toUs && Arp.isRequest(bytes, from);
        learn(0, IpAddress.mapped(sender), station, asked && sender != 0, now);
        if (asked) {
            Arp.writeReply(frame, host.station, (int) host.address.low(), station, sender);
            wire.sendFrame(frame, Arp.END);
        }
    }

    private void takeDiscovery(byte[] bytes, int from, long now) {
        long station = Discovery.station(bytes, from);
        long targetHigh = Discovery.targetHigh(bytes, from);
        long targetLow = Discovery.targetLow(bytes, from);
        if (!Discovery.isSolicitation(bytes, from)) {
            learn(targetHigh, targetLow, station, false, now);
        } else if (host.is(targetHigh, targetLow)) {
            long high = IpHeader.sourceHigh(bytes, from + EtherFrame.LENGTH);
            long low = IpHeader.sourceLow(bytes, from + EtherFrame.LENGTH);
            learn(high, low, station, !IpAddress.isAny(high, low), now);
            long to = station == UNKNOWN ? EtherFrame.source(bytes, from) : station;
            if (EtherFrame.isStation(to) && !host.is(high, low)) {
                Discovery.writeAdvertisement(frame, host.station, host.address, to, high, low);
                wire.sendFrame(frame, Discovery.END);
            }
        }
    }

    /** A neighbour is at this station. Only who has asked for the host is remembered without having been asked for. */
    private void learn(long high, long low, long station, boolean hasAsked, long now) {
        if (station == UNKNOWN || station == host.station || host.is(high, low) || !host.isOnLink(high, low)) {
            return;
        }
        Neighbour known = gateway.is(high, low) ? gateway : neighbours.find(high, low);
        if (known == null && hasAsked && !IpAddress.isMulticast(high, low)) {
            known = neighbours.findOrAdd(high, low, now);
        }
        if (known != null) {
            known.learn(station, now);
            int length = known.takeWaiting();
            if (length > 0) {
                wire.sendKept(station, known.waiting(), length);
            }
        }
    }

    /** Packets to addresses that are not in the host's network, and there is no gateway. */
    public long unreachable() {
        return unreachable;
    }

    /** Packets that nobody had answered for when the next one to the same neighbour took their place. */
    public long unanswered() {
        return unanswered;
    }
}
