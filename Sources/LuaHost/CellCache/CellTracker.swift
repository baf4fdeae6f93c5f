import CLuaBridge
import Reports
import Support

/// What a cell does beside computing with the values that it can reach.
///
/// Functions that scripts call tell it by way of the context. What the cache cannot repeat or check is a reason against
/// keeping the cell, in words that follow "not kept: ".
final class CellTracker {
  /// The first reason why the cell cannot be kept; nil so far.
  private(set) var obstacle: String?
  /// The results that the cell records, in order.
  private(set) var results: [JSONValue.Member] = []
  private var resultPlaces: [String: Int] = [:]
  /// The files that the cell reads: as asked for, where they lie, and a digest from before they are read.
  private(set) var files: [ReadFile] = []
  private var plugins: [(plugin: PluginIdentity, position: Int)] = []

  /// A file that a cell has read.
  struct ReadFile: Codable, Equatable {
    let asked: String
    let place: String
    /// Nil where there was no file.
    let digest: String?
  }

  /// Functions whose reading is that of the file that they are given, whole.
  private static let readers: Set<String> = [
    "gfnet.read.text", "gfnet.read.lines", "gfnet.read.csv", "gfnet.read.json", "gfnet.read.json_lines",
    "io.open", "io.lines",
  ]

  /// Takes note of a result; a name that was there gets the new value.
  func record(result name: String, _ value: JSONValue) {
    if let place = resultPlaces[name] {
      results[place].value = value
    } else {
      resultPlaces[name] = results.count
      results.append(.init(name, value))
    }
  }

  func block(_ reason: String) { obstacle = obstacle ?? reason }

  func uses(_ capability: Capability, _ function: String) {
    switch capability {
    case .report: break
    case .clock: block("it uses the clock (\(function))")
    case .network: block("it uses the network (\(function))")
    case .writeFiles: block("it writes files (\(function))")
    case .readFiles: if !Self.readers.contains(function) { block("it opens files (\(function))") }
    }
  }

  func reads(_ place: FilePath, asked: FilePath) {
    let file = Self.state(of: place, asked: asked)
    if !files.contains(file) { files.append(file) }
    if files.count > 1000 { block("it reads more than a thousand files") }
  }

  /// What a file is now.
  static func state(of place: FilePath, asked: FilePath) -> ReadFile {
    let whole = place.isRelative ? FilePath.currentFolder.pushing(place) : place
    return ReadFile(asked: asked.shown, place: whole.shown, digest: digest(of: place))
  }

  static func digest(of path: FilePath) -> String? {
    guard let bytes = try? InputFile.bytes(of: path, limit: 256 << 20) else { return nil }
    var digest = StateDigest()
    bytes.withUnsafeBytes { digest.add(bytes: $0) }
    return digest.text
  }

  func runs(_ plugin: PluginIdentity) {
    if !plugins.contains(where: { $0.plugin === plugin }) { plugins.append((plugin, plugin.random.position)) }
  }

  /// Looks at what shows only when the cell has ended.
  func finish(events: UInt32) {
    for (plugin, position) in plugins where plugin.random.position != position {
      block("it draws random numbers in the plugin '\(plugin.name)'")
    }
    if events & UInt32(GF_READ_CLOCK) != 0 { block("it uses the clock") }
    if events & UInt32(GF_SAW_MEMORY) != 0 { block("it asks how much memory is in use") }
    if events & UInt32(GF_SAW_ADDRESS) != 0 { block("it shows where a value lies in memory") }
    if events & UInt32(GF_LOOKED_INSIDE) != 0 { block("it uses debug") }
    for file in files {
      guard let asked = FilePath(bytes: Array(file.asked.utf8)), asked.shown == file.asked,
        let place = FilePath(bytes: Array(file.place.utf8)), Self.digest(of: place) == file.digest
      else {
        block("the file \(file.asked) changed while the cell ran")
        continue
      }
    }
  }
}
