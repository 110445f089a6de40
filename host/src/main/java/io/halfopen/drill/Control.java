package io.halfopen.drill;

/** What recvmsg(2) tells beside the octets. */
sealed interface Control {
    /** TCP_CM_INQ: how much is left to read. */
    record Unread(int octets) implements Control {
        @Override
        public String toString() {
            return "TCP_CM_INQ " + octets;
        }
    }

    /** struct sock_extended_err, of IPv4's or IPv6's level. */
    record Notice(boolean ipv6, int error, int origin, int type, int code, int info, int data) implements Control {
        @Override
        public String toString() {
            return (ipv6 ? "IPV6_RECVERR" : "IP_RECVERR") + " {ee_errno=" + error + ", ee_origin=" + origin
                    + ", ee_type=" + type + ", ee_code=" + code + ", ee_info=" + Integer.toUnsignedString(info)
                    + ", ee_data=" + Integer.toUnsignedString(data) + "}";
        }
    }

    /** SCM_TIMESTAMPING: when, ns; on the machine's clock, and since the beginning in a script. */
    record Stamp(long time) implements Control {
        @Override
        public String toString() {
            return "SCM_TIMESTAMPING " + Runner.seconds(time);
        }
    }

    /** Any other one. */
    record Other(int level, int type) implements Control {
        @Override
        public String toString() {
            return "level " + level + " type " + type;
        }
    }
}
