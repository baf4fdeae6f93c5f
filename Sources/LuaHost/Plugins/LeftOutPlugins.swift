import Support

/// The plugins that are there and that a run leaves out: who asks for one of their names hears why.
final class LeftOutPlugins {
  private final class Entry {
    let plugin: String
    let reason: String
    /// Reads its manifest. A plugin that nobody asks for is passed over without running that either.
    let manifest: () throws -> PluginManifest
    var provides: [DefinitionKind: [String]]?

    init(_ plugin: String, _ reason: String, _ manifest: @escaping () throws -> PluginManifest) {
      self.plugin = plugin
      self.reason = reason
      self.manifest = manifest
    }

    func has(_ kind: DefinitionKind, _ name: String) throws -> Bool {
      if provides == nil {
        do {
          provides = try manifest().provides
        } catch let error as Interrupted {
          throw error
        } catch {
          // What it provides cannot be read: most plugins are called as what they define.
          provides = Dictionary(uniqueKeysWithValues: DefinitionKind.allCases.map { ($0, [plugin]) })
        }
      }
      return provides?[kind]?.contains(name) ?? false
    }
  }

  private var entries: [Entry] = []

  /// Takes note of a plugin.
  ///
  /// - Parameters:
  ///   - reason: what became of it and what to do, as "is disabled".
  ///   - manifest: reads what it says of itself.
  func add(_ plugin: String, _ reason: String, manifest: @escaping () throws -> PluginManifest) {
    entries.append(Entry(plugin.printable(upTo: 80), reason.printable(upTo: 400), manifest))
  }

  /// Why there is no definition of that name, as the end of an error; nil where none of the plugins provides it.
  ///
  /// - Throws: `Interrupted` only.
  func reason(for kind: DefinitionKind, _ name: String) throws -> String? {
    let entry = try entries.first { try $0.has(kind, name) }
    return entry.map { "; the plugin '\($0.plugin)', which provides it, \($0.reason)" }
  }
}

extension HostContext {
  /// Why there is no definition of that name, as the end of an error; nil where no plugin that is left out provides it.
  func absence(of kind: DefinitionKind, _ name: String) throws -> String? {
    guard let reason = try definitions.leftOut.reason(for: kind, name) else { return nil }
    // What the user allows may be another thing when a later run wants to show what this cell showed.
    tracker?.block("it asks for the \(kind.noun) '\(name)' of a plugin that is left out")
    return reason
  }
}
