package io.halfopen.app.lab;

import io.halfopen.app.Durations;
import io.halfopen.lab.ServerPlan;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** When a server stands still and for how long: 1s,200ms. */
final class PauseOption implements ITypeConverter<ServerPlan.Pause> {
    @Override
    public ServerPlan.Pause convert(String text) {
        String[] parts = text.split(",", -1);
        if (parts.length != 2) {
            throw new TypeConversionException("'" + text + "' is not AT,FOR, such as 1s,200ms");
        }
        Durations durations = new Durations();
        long at = durations.convert(parts[0]);
        long length = durations.convert(parts[1]);
        if (at == Durations.NEVER || length == Durations.NEVER) {
            throw new TypeConversionException("takes times that end");
        }
        return new ServerPlan.Pause(at, length);
    }
}
