import Backbones
import Support

extension LayerExample {
  /// The example as a script writes it: a list alone in braces, required arguments in order, the others by
  /// name.
  var source: String {
    let function = "gfnet.nn.\(name)"
    if arguments.count == 1, case .layers = arguments[0].value { return function + arguments[0].value.source }
    let parameters = DescribedLayers.form(name)?.parameters ?? []
    let required = Set(parameters.filter { $0.isRequired }.map { $0.name })
    var written = arguments.filter { required.contains($0.name) }.map { $0.value.source }
    let options = arguments.filter { !required.contains($0.name) }.map { "\($0.name) = \($0.value.source)" }
    if !options.isEmpty { written.append("{" + options.joined(separator: ", ") + "}") }
    return function + "(" + written.joined(separator: ", ") + ")"
  }
}

extension LayerExample.Value {
  fileprivate var source: String {
    switch self {
    case .boolean(let value): SettingValue.boolean(value).source
    case .integer(let value): SettingValue.integer(value).source
    case .number(let value): SettingValue.number(value).source
    case .word(let value): SettingValue.string(value).source
    case .layer(let example): example.source
    case .layers(let examples): "{" + examples.map { $0.source }.joined(separator: ", ") + "}"
    }
  }
}
