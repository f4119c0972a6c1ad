package org.gotm.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dependencies point one way: between the modules, and between all their packages. */
class DependenciesTest {
  private static final Pattern TESTS = Pattern.compile(".*(/test-classes/|-tests\\.jar).*");
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(location -> !location.matches(TESTS))
          .importPackages("org.gotm");

  @ParameterizedTest
  @ValueSource(strings = {"core", "ffm", "store", "app"})
  void shouldSeeEveryModule(String module) {
    assertThat(CLASSES)
        .anyMatch(type -> (type.getPackageName() + ".").startsWith("org.gotm." + module + "."));
  }

  @Test
  void shouldHaveNoPackagesThatNeedEachOther() {
    slices()
        .assignedFrom(new HandLayers())
        .namingSlices("$1")
        .should()
        .beFreeOfCycles()
        .check(CLASSES);
  }

  @ParameterizedTest
  @CsvSource({
    "core, ffm",
    "core, store",
    "core, app",
    "ffm, store",
    "ffm, app",
    "store, ffm",
    "store, app"
  })
  void shouldNotNeedModule(String module, String other) {
    noClasses()
        .that()
        .resideInAPackage("org.gotm." + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.gotm." + other + "..")
        .check(CLASSES);
  }

  /** A package with the bindings that were generated for it. */
  private static final class HandLayers implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return SliceIdentifier.of(type.getPackageName().replaceFirst("\\.generated$", ""));
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }
}
