import Foundation
import Support
import Tensor

/// A recorded evaluation of a network in other code, and maybe one step of its training, which can be compared with
/// ours.
public protocol RecordedCase {
  /// The case's name, such as `resnet50@96`.
  var name: String { get }
  /// True when a training step was recorded for this case.
  var hasTraining: Bool { get }

  /// Rebuilds and evaluates the network, and compares with the recording.
  func checkEvaluation() throws -> [ReferenceResult]
  /// Rebuilds the network, repeats the training step, and compares with the recording.
  func checkTraining() throws -> [ReferenceResult]
}

/// The recorded cases of a folder, of all kinds.
public enum RecordedCases {
  static let ending = ".json"

  /// What tells one kind of case from another.
  private struct Kind: Decodable {
    let shift_place: String?
    let focus_frames: Int?
    let policy_conv: Bool?
  }

  /// The cases found in `folder`, by name.
  ///
  /// - Throws: `FileError`, or ``ModelError`` when there are none, or one is of a kind that is not known.
  public static func all(in folder: FilePath) throws -> [any RecordedCase] {
    let names = try FolderListing(folder).names.map(\.shown)
    let cases = names.filter { $0.contains("@") && $0.hasSuffix(ending) && !$0.contains(".training.") }
    guard !cases.isEmpty else {
      throw ModelError("\(folder) holds no recorded case (a file like resnet50@96.json)")
    }
    return try cases.map { try named(String($0.dropLast(ending.count)), in: folder) }
  }

  private static func named(_ name: String, in folder: FilePath) throws -> any RecordedCase {
    let kind: Kind = try decode(folder / (name + ending))
    if kind.shift_place != nil { return try ClipCase(name, folder: folder) }
    if kind.focus_frames != nil { return try AdaFocusCase(name, folder: folder) }
    if kind.policy_conv != nil { return try ReferenceCase(name, folder: folder) }
    return UnknownCase(name: name)
  }

  /// The largest recording that is read.
  private static let mostBytes = 256 << 20

  static func decode<T: Decodable>(_ path: FilePath, _ decoder: JSONDecoder = JSONDecoder()) throws -> T {
    let data = try InputFile.data(of: path, as: "recorded case", limit: mostBytes)
    do {
      return try decoder.decode(T.self, from: data)
    } catch {
      throw ModelError("\(path) cannot be read as a recorded case: \(error.localizedDescription)")
    }
  }

  /// The largest difference over the largest recorded magnitude; infinite where counts differ or a value is
  /// not finite.
  static func relative(_ own: [Float], _ recorded: [Float]) -> Double {
    let scale = recorded.reduce(0) { max($0, abs(Double($1))) }
    return absolute(own, recorded) / max(scale, 1e-30)
  }

  /// The largest difference.
  static func absolute(_ own: [Float], _ recorded: [Float]) -> Double {
    guard own.count == recorded.count else { return .infinity }
    return zip(own, recorded).reduce(0) {
      let difference = abs(Double($1.0) - Double($1.1))
      return difference.isFinite ? max($0, difference) : .infinity
    }
  }
}

/// A case of a network that this program does not know; the other cases of its folder are compared all the same.
private struct UnknownCase: RecordedCase {
  let name: String
  var hasTraining: Bool { false }

  func checkEvaluation() throws -> [ReferenceResult] { throw error }
  func checkTraining() throws -> [ReferenceResult] { throw error }

  private var error: ModelError {
    ModelError(
      "\(name) is a recording of neither a Glance-and-Focus Network of images, an encoder of clips nor a network of AdaFocus"
    )
  }
}

/// Weights and images that follow from u(name, i) of `FormulaSequence`.
enum FormulaNumbers {
  /// The element i of an array takes u(key, i), scaled by what the array is for.
  static func fill(_ tensor: Tensor, _ key: String, gain: Double) throws {
    if key.hasSuffix("num_batches_tracked") { return }
    let sequence = FormulaSequence(key)
    let shape = tensor.shape
    let scale: Float
    let offset: Float
    if shape.rank >= 2 {
      let fanIn = Double(shape.sizes.dropFirst().reduce(1, *))
      scale = Float((3 / fanIn).squareRoot() * gain)
      offset = 0
    } else if key.hasSuffix("running_var") || (key.hasSuffix("weight")) {
      scale = 0.5
      offset = 1
    } else {
      scale = 0.1
      offset = 0
    }
    try tensor.assign(Tensor(shape, (0..<shape.count).map { offset + scale * sequence.u($0) }))
  }

  /// Images of `shape`, …×S×S: 1.5·blocks + 0.5·noise, blocks repeated over 16×16 pixels.
  ///
  /// - Parameter name: how the names of both sequences begin.
  static func images(_ name: String, _ shape: Shape) throws -> Tensor {
    let noise = FormulaSequence("\(name).noise")
    let blocks = FormulaSequence("\(name).blocks")
    let size = shape[shape.rank - 1]
    let grid = (size + 15) / 16
    var values = [Float](repeating: 0, count: shape.count)
    for plane in 0..<shape.count / (size * size) {
      for row in 0..<size {
        for column in 0..<size {
          let index = (plane * size + row) * size + column
          values[index] =
            1.5 * blocks.u((plane * grid + row / 16) * grid + column / 16) + 0.5 * noise.u(index)
        }
      }
    }
    return try Tensor(shape, values)
  }
}
