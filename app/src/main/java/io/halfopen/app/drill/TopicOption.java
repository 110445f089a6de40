package io.halfopen.app.drill;

import io.halfopen.drill.Parity.Topic;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code --about}: what the stories of parity are about. */
final class TopicOption implements ITypeConverter<Topic> {
    @Override
    public Topic convert(String text) {
        return switch (text) {
            case "listen" -> Topic.LISTEN;
            case "transfer" -> Topic.TRANSFER;
            case "segments" -> Topic.SEGMENTS;
            default -> throw new TypeConversionException("'" + text + "' is not listen, transfer or segments");
        };
    }
}
