package io.halfopen.nio.channels;

import io.halfopen.nio.Addresses;
import io.halfopen.nio.Network;
import io.halfopen.nio.NetworkHost;
import io.halfopen.wire.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.security.Security;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Names of the network's hosts for the whole JVM; all others are looked up as ever. */
public final class NetworkNames extends InetAddressResolverProvider {
    /** Found as a service, before anything was looked up: names are not to be remembered from one test to the next. */
    public NetworkNames() {
        if (Security.getProperty("networkaddress.cache.ttl") == null) {
            Security.setProperty("networkaddress.cache.ttl", "0");
        }
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        return new Resolver(configuration.builtinResolver());
    }

    @Override
    public String name() {
        return "halfopen";
    }

    private record Resolver(InetAddressResolver builtin) implements InetAddressResolver {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
            List<IpAddress> known = known(host);
            if (known.isEmpty()) {
                return builtin.lookupByName(host, policy);
            }
            int wanted = policy.characteristics();
            List<InetAddress> found = known.stream()
                    .filter(address -> (wanted & (address.isIpv4() ? LookupPolicy.IPV4 : LookupPolicy.IPV6)) != 0)
                    .map(address -> Addresses.toInet(host, address))
                    .toList();
            if (found.isEmpty()) {
                throw new UnknownHostException(host);
            }
            return found.stream();
        }

        private static List<IpAddress> known(String host) throws UnknownHostException {
            try {
                Network network = Network.of(host);
                return network == null ? List.of() : network.lookup(host);
            } catch (IllegalStateException several) {
                throw (UnknownHostException) new UnknownHostException(several.getMessage()).initCause(several);
            }
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            NetworkHost owner = owner(Addresses.of(InetAddress.getByAddress(address)));
            if (owner != null) {
                return owner.name();
            }
            return builtin.lookupByAddress(address);
        }

        private static @Nullable NetworkHost owner(IpAddress address) {
            try {
                Network network = Network.of(address);
                return network == null ? null : network.owner(address);
            } catch (IllegalStateException several) {
                return null;
            }
        }
    }
}
