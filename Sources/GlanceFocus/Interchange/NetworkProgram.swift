import Checkpoints
import Support

/// A program whose checkpoints hold Glance-and-Focus Networks.
public struct NetworkProgram: Sendable {
  /// How it is named in messages, such as `the authors' code`.
  public let name: String
  /// Its name in JSON.
  public let key: String
  /// The entries of a dictionary that tell its files.
  let entries: [String]
  private let open: @Sendable (PyTorchDictionary, CheckpointChoices, FilePath) throws -> any NetworkCheckpoint

  /// The programs that are known, one row each; the first that fits a file is taken.
  public static let all = [
    NetworkProgram(
      name: "the authors' code", key: "authors", entries: ["model_prime_state_dict"],
      open: {
        try $1.requireNoGlance(of: $2)
        return try AuthorsCheckpoint($0, choices: $1, path: $2)
      }),
    NetworkProgram(
      name: "AdaFocus", key: "adafocus", entries: ["glancer", "focuser", "fc"],
      open: { try AdaFocusCheckpoint($0, choices: $1, path: $2) }),
  ]

  /// The program that wrote a dictionary; nil where none is known to.
  ///
  /// - Throws: ``ModelError`` where most of the entries that tell a program's files are there, but not all: what is left is
  ///   no network.
  static func of(_ root: PyTorchDictionary, path: FilePath) throws -> NetworkProgram? {
    for program in all {
      let missing = program.entries.filter { root[$0] == nil }
      if missing.isEmpty { return program }
      guard 2 * missing.count < program.entries.count else { continue }
      throw ModelError(
        "\(path): a checkpoint of \(program.name) holds \(program.entries.joined(separator: ", ")); this file lacks"
          + " \(missing.joined(separator: ", "))")
    }
    return nil
  }

  /// Matches the arrays of a dictionary with a network of ours.
  ///
  /// - Throws: ``ModelError`` that lists what does not fit, or says what is missing.
  public func checkpoint(
    _ root: PyTorchDictionary, choices: CheckpointChoices = CheckpointChoices(), path: FilePath
  ) throws -> any NetworkCheckpoint {
    try open(root, choices, path)
  }
}
