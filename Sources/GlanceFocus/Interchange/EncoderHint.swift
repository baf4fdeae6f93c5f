import Checkpoints
import Foundation
import Support

/// A text that may name the encoder in a file: what a training program noted, or the file's name.
public struct EncoderHint: Sendable {
  /// The text, as it was found.
  public let text: String
  /// Where it is from, such as `args.model`.
  public let source: String
  /// True where it is from the content of the file, not from names around it.
  public let isInside: Bool

  private static let keys = [
    "arch", "model_name", "architecture", "model", "backbone", "encoder", "net", "name",
  ]
  private static let groups = [
    "args", "hyper_parameters", "hparams", "config", "cfg", "opt", "options", "meta", "model_args",
    "model_config",
    "model_cfg", "kwargs", "model_kwargs",
  ]

  /// The names that training programs keep beside the weights, then those of the file and its folders.
  static func all(in root: PyTorchDictionary, path: FilePath) -> [EncoderHint] {
    var hints: [EncoderHint] = []
    func read(_ dictionary: PyTorchDictionary, _ prefix: String, _ depth: Int) {
      for key in keys {
        if let text = dictionary[key]?.string, !text.isEmpty, text.utf8.count <= 200 {
          hints.append(EncoderHint(text: text, source: prefix + key, isInside: true))
        }
      }
      guard depth < 3 else { return }
      for group in groups + (depth > 0 ? ["model", "backbone", "encoder", "_content"] : []) {
        if let inner = dictionary[group]?.members { read(inner, prefix + group + ".", depth + 1) }
      }
    }
    read(root, "", 0)
    return hints + around(path)
  }

  static func all(in metadata: [String: String], path: FilePath) -> [EncoderHint] {
    keys.compactMap { key in
      metadata[key].map { EncoderHint(text: $0, source: "metadata " + key, isInside: true) }
    } + around(path)
  }

  /// Looks into `config.json` beside the file, as timm writes it, at the file's name, and at those of three
  /// folders above it.
  private static func around(_ path: FilePath) -> [EncoderHint] {
    var hints: [EncoderHint] = []
    if let data = try? FileAccess.ofProgram({ try MappedFile.read(path.folder / "config.json") }),
      data.count < 1 << 20,
      let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    {
      for key in ["architecture", "arch", "model_name"] {
        guard let text = object[key] as? String else { continue }
        hints.append(EncoderHint(text: text, source: "config.json " + key, isInside: false))
      }
    }
    let whole = path.isAbsolute ? path : FilePath.currentFolder.pushing(path)
    for (number, name) in whole.components.suffix(4).reversed().enumerated() {
      let source = number == 0 ? "its name" : "its folder's name"
      hints.append(EncoderHint(text: name.shown, source: source, isInside: false))
    }
    return hints
  }

  /// The one of `names`, networks with the same arrays, that the text means; nil where it does not say.
  func decides(among names: [String]) -> String? {
    let text = self.text.lowercased()
    let words = Set(text.split { !$0.isLetter && !$0.isNumber }.map(String.init))
    var possible = names
    let tensorFlow = names.filter { $0.hasPrefix("tf_") }
    if !tensorFlow.isEmpty, !words.isDisjoint(with: ["tf", "tensorflow"]) {
      possible = tensorFlow
      if possible.count == 1 { return possible[0] }
    }
    let found = possible.filter { Self.contains(text, $0) }
    // The longest is meant: tf_efficientnet_b0 has efficientnet_b0 in it.
    let longest = found.filter { name in !found.contains { $0 != name && $0.contains(name) } }
    guard longest.count == 1 else { return nil }
    // A word may be for a variant that the name found does not have.
    let variants = words.filter { word in Self.variants.contains { word.hasPrefix($0) } || word == "aa" }
    guard variants.allSatisfy({ longest[0].contains($0) }) else { return nil }
    return longest[0]
  }

  /// How the names of networks begin that differ in what no array shows.
  private static let variants = ["blur", "antialias", "caffe", "msra", "detectron", "dilat", "lpf"]

  /// True where `name` stands in `text` as words of its own.
  private static func contains(_ text: String, _ name: String) -> Bool {
    let text = Array(text.utf8)
    let name = Array(name.utf8)
    func isPart(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard !name.isEmpty, text.count >= name.count else { return false }
    return (0...text.count - name.count).contains { start in
      let end = start + name.count
      return text[start..<end].elementsEqual(name) && (start == 0 || !isPart(text[start - 1]))
        && (end == text.count || !isPart(text[end]))
    }
  }
}
