/// Everything that scripts can call: the one source of bindings, checks, help, completion and stubs.
public struct Catalog: Sendable {
  /// The tables of functions under `gfnet`.
  public let modules: [LuaModule]
  /// The types of objects that scripts can hold.
  public let classes: [ClassEntry]

  public init(modules: [LuaModule], classes: [ClassEntry]) {
    self.modules = modules
    self.classes = classes
  }

  /// The program's own catalogue. A new module or class is one more row here.
  public static let standard = Catalog(
    modules: [
      CoreModule.module, TensorModule.module, RandomModule.module, NetworkModule.module, OptimModule.module,
      PlotModule.module,
      ReadModule.module, ReportModule.module, StatisticsModule.module,
    ] + DefinitionModules.modules,
    classes: [
      TensorClass.entry, GeneratorClass.entry, FigureClass.figure, FigureClass.axes,
      FigureClass.picture, ScriptAnimation.entry,
      DefinitionModules.definitionClass, DefinitionModules.configuredClass, InputFileClass.entry,
      GradientsClass.entry, OptimizerClass.entry, EstimateClass.entry, ComparisonHandle.entry,
    ] + NetworkModule.classes + ModelAPI.classes)

  /// Something that help can be asked about.
  public enum Symbol: Sendable {
    case module(LuaModule)
    case constant(LuaModule, LuaModule.Constant)
    case function(FunctionEntry)
    case classEntry(ClassEntry)
    case property(ClassEntry, PropertyEntry)
  }

  /// All symbols by their full names: `gfnet.report.table`, `trace`, `trace:accuracy`, `trace.labels`.
  public var symbols: [(name: String, symbol: Symbol)] {
    var result: [(name: String, symbol: Symbol)] = []
    for module in modules {
      result.append((module.name, .module(module)))
      for function in module.functions { result.append((function.qualifiedName, .function(function))) }
      for constant in module.constants {
        result.append(("\(module.name).\(constant.name)", .constant(module, constant)))
      }
    }
    for function in InputFiles.functions { result.append((function.qualifiedName, .function(function))) }
    for entry in classes {
      result.append((entry.name, .classEntry(entry)))
      for method in entry.methods { result.append((method.qualifiedName, .function(method))) }
      for property in entry.properties {
        result.append(("\(entry.name).\(property.name)", .property(entry, property)))
      }
    }
    return result
  }
}
