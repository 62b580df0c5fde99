package umlaut.conformance;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** docs/design.md, section 2: each layer uses only those below it, native access has one home, a kernel is an object. */
class LayeringTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("umlaut");

    /** Types whose static instances would be state shared by all guests of a JVM. */
    private static final Set<String> STATEFUL = Set.of(
            "java.util.HashMap",
            "java.util.LinkedHashMap",
            "java.util.TreeMap",
            "java.util.ArrayList",
            "java.util.ArrayDeque",
            "java.util.HashSet",
            "java.util.concurrent.ConcurrentHashMap",
            "java.util.concurrent.ConcurrentMap",
            "java.util.concurrent.atomic.AtomicInteger",
            "java.util.concurrent.atomic.AtomicLong",
            "java.util.concurrent.atomic.AtomicBoolean",
            "java.util.concurrent.atomic.AtomicReference",
            "java.util.Random",
            "java.util.concurrent.atomic.LongAdder",
            "java.lang.ThreadLocal",
            "java.util.concurrent.locks.ReentrantLock");

    @Test
    void layersUseOnlyThoseBelow() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("abi")
                .definedBy("umlaut.abi..")
                .layer("host")
                .definedBy("umlaut.host..")
                .layer("engine")
                .definedBy("umlaut.engine..")
                .layer("kernel")
                .definedBy("umlaut.kernel..")
                .layer("block")
                .definedBy("umlaut.block..")
                .layer("fs")
                .definedBy("umlaut.fs..")
                .layer("net")
                .definedBy("umlaut.net..")
                .layer("gateway")
                .definedBy("umlaut.gateway..")
                .layer("machine")
                .definedBy("umlaut.machine..")
                .layer("oci")
                .definedBy("umlaut.oci..")
                .layer("daemon")
                .definedBy("umlaut.daemon..")
                .layer("cli")
                .definedBy("umlaut.cli..")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("daemon")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("oci")
                .mayOnlyBeAccessedByLayers("daemon", "cli")
                .whereLayer("machine")
                .mayOnlyBeAccessedByLayers("oci", "daemon", "cli")
                .whereLayer("gateway")
                .mayOnlyBeAccessedByLayers("machine", "daemon", "cli")
                .whereLayer("net")
                .mayOnlyBeAccessedByLayers("gateway", "machine", "cli")
                .whereLayer("fs")
                .mayOnlyBeAccessedByLayers("machine", "oci", "cli")
                .whereLayer("block")
                .mayOnlyBeAccessedByLayers("fs", "machine", "oci", "daemon", "cli")
                .whereLayer("kernel")
                .mayOnlyBeAccessedByLayers("block", "fs", "net", "gateway", "machine", "oci", "cli")
                .whereLayer("engine")
                .mayOnlyBeAccessedByLayers("kernel", "block", "fs", "net", "machine", "cli")
                .whereLayer("host")
                .mayOnlyBeAccessedByLayers(
                        "engine", "kernel", "block", "fs", "net", "gateway", "machine", "oci", "daemon", "cli")
                .check(CLASSES);
    }

    @Test
    void onlyHostLinksNativeCode() {
        noClasses()
                .that()
                .resideOutsideOfPackage("umlaut.host..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.SymbolLookup")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void staticFieldsHoldNoState() {
        fields().that().areStatic().should(holdNoState()).check(CLASSES);
    }

    private static ArchCondition<JavaField> holdNoState() {
        return new ArchCondition<>("be final and of an immutable type") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                boolean synthetic = field.getModifiers().contains(JavaModifier.SYNTHETIC);
                boolean isFinal = field.getModifiers().contains(JavaModifier.FINAL);
                // A host thread's scratch memory belongs to no guest.
                boolean scratch = field.getFullName().equals("umlaut.host.Scratch.OF_THREAD");
                boolean stateful =
                        !scratch && STATEFUL.contains(field.getRawType().getName());
                if (!synthetic && (!isFinal || stateful)) {
                    events.add(SimpleConditionEvent.violated(field, field.getFullName() + " is mutable static state"));
                }
            }
        };
    }
}
