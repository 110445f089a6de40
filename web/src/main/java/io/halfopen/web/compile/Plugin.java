package io.halfopen.web.compile;

import io.halfopen.web.jdk.Missing;
import java.util.Map;
import org.teavm.model.BasicBlock;
import org.teavm.model.ClassHolder;
import org.teavm.model.ClassHolderTransformer;
import org.teavm.model.ClassHolderTransformerContext;
import org.teavm.model.Instruction;
import org.teavm.model.MethodHolder;
import org.teavm.model.MethodReference;
import org.teavm.model.instructions.InvokeInstruction;
import org.teavm.vm.spi.TeaVMHost;
import org.teavm.vm.spi.TeaVMPlugin;

/** Where the stack calls a static method of the JDK that TeaVM has none of, it calls ours. */
public final class Plugin implements TeaVMPlugin, ClassHolderTransformer {
    private static final String OURS = "io.halfopen.";

    private static final Map<MethodReference, MethodReference> CALLS = Map.ofEntries(
            call(Math.class, "unsignedMultiplyHigh", long.class, long.class, long.class),
            call(Integer.class, "parseUnsignedInt", String.class, int.class, int.class));

    private static Map.Entry<MethodReference, MethodReference> call(Class<?> of, String name, Class<?>... signature) {
        return Map.entry(new MethodReference(of, name, signature), new MethodReference(Missing.class, name, signature));
    }

    @Override
    public void install(TeaVMHost host) {
        host.add(this);
    }

    @Override
    public void transformClass(ClassHolder type, ClassHolderTransformerContext context) {
        if (!type.getName().startsWith(OURS)) {
            return;
        }
        for (MethodHolder method : type.getMethods()) {
            if (method.hasProgram()) {
                method.getProgram().getBasicBlocks().forEach(Plugin::replace);
            }
        }
    }

    private static void replace(BasicBlock block) {
        for (Instruction instruction : block) {
            if (instruction instanceof InvokeInstruction call) {
                call.setMethod(CALLS.getOrDefault(call.getMethod(), call.getMethod()));
            }
        }
    }
}
