package io.halfopen.link;

import java.io.IOException;
import java.io.Serial;

/** The world outside refused. The message is one line for the user: what, why, and where possible what to do. */
public final class LinkException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    LinkException(String message) {
        super(message);
    }
}
