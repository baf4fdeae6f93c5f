import LuaHost
import Reports
import Support
import Sweeps

/// What decides what a run computes, beside its parameters: the script, its modules, the program, and options.
final class SweepSources {
  private let script: FilePath
  private let modules: [FilePath]
  private let options: [String]
  private let files: ScriptSources
  private var states: [FilePath: FileStatus?]
  /// The checksum of all of it.
  let fingerprint: String

  /// - Parameters:
  ///   - script: the script.
  ///   - modules: where modules are looked for behind the script's folder.
  ///   - options: the options of the runs, of which those count that change results.
  init(script: FilePath, modules: [FilePath], options: [String]) throws {
    (self.script, self.modules, self.options) = (script, modules, options)
    files = try ScriptSources(of: script, modules: modules)
    states = Self.states(of: files.files)
    fingerprint = Self.fingerprint(files, options)
  }

  /// Why no more runs can be started: their results would be those of another text. Nil where all is as it was.
  func change() -> SweepError? {
    let now = Self.states(of: files.files)
    guard now != states else { return nil }
    // A file that was saved without a change is another file and the same text.
    if let again = try? ScriptSources(of: script, modules: modules),
      Self.fingerprint(again, options) == fingerprint
    {
      states = now
      return nil
    }
    let changed = files.files.first { now[$0] != states[$0] } ?? script
    return SweepError(
      "\(changed) has changed since the sweep began; runs that were not started wait: start the sweep again")
  }

  private static func states(of files: [FilePath]) -> [FilePath: FileStatus?] {
    Dictionary(files.map { ($0, FileStatus($0)) }, uniquingKeysWith: { $1 })
  }

  private static func fingerprint(_ sources: ScriptSources, _ options: [String]) -> String {
    var parts = [sources.checksum]
    parts += RunRecorder.versions.map { "\($0.name) \($0.version)" }
    for option in ["--seed", "--precision", "--shards"] {
      if let place = options.firstIndex(of: option), place + 1 < options.count {
        parts.append("\(option) \(options[place + 1])")
      }
    }
    return SHA256.hex(Array(parts.joined(separator: "\n").utf8))
  }
}
