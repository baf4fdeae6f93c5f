import Foundation
import NeuralNet
import Support
import Tensor

/// A recorded evaluation of the paper authors' code, and the network and images that it was recorded from.
///
/// Weights and images are computed from u(name, i) of `FormulaSequence`.
public struct ReferenceCase {
  struct Description: Decodable {
    let architecture: String
    let patchSize: Int
    let imageSize: Int
    let steps: Int
    let weightGain: Double
    let imageSeed: Int
    let policyConv: Bool
    let policyHiddenDim: Int
    let classifier: String
    let glanceInterpolation: String
    let parameters: [String: Int]
  }

  /// The case's name, `<architecture>@<patch>`.
  public let name: String
  let folder: FilePath
  let description: Description

  private static let ending = ".json"

  /// The cases found in `folder`, by name.
  ///
  /// - Throws: `FileError`, or ``ModelError`` when there are none.
  public static func all(in folder: FilePath) throws -> [ReferenceCase] {
    let names = try FolderListing(folder).names.map(\.shown)
    let cases = names.filter { $0.contains("@") && $0.hasSuffix(ending) && !$0.contains(".training.") }
    guard !cases.isEmpty else {
      throw ModelError("\(folder) holds no recorded case (a file like resnet50@96.json)")
    }
    return try cases.map { try ReferenceCase(String($0.dropLast(ending.count)), folder: folder) }
  }

  init(_ name: String, folder: FilePath) throws {
    self.name = name
    self.folder = folder
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    description = try Self.decode(folder / (name + Self.ending), decoder)
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

  /// The network with its weights from the formula.
  ///
  /// - Parameter bicubic: overrides the glance's interpolation (training always uses bicubic).
  func model(bicubic: Bool = false) throws -> GFNet {
    var configuration = try Configuration(
      backbone: description.architecture, patchSize: description.patchSize, imageSize: description.imageSize,
      steps: description.steps, classes: 1000)
    configuration.policyEncoder = description.policyConv ? .convolution : .linear
    configuration.policyUnits = description.policyHiddenDim
    configuration.classifier = description.classifier == "cascade" ? .cascade : .recurrent
    configuration.cascadeSteps = max(5, description.steps)
    configuration.interpolation =
      bicubic || description.glanceInterpolation == "bicubic" ? .bicubic : .bilinear
    let model = try GFNet(configuration)
    for (key, entry) in model.state { try fill(entry.value, key) }
    return model
  }

  /// The element i of an array takes u(key, i), scaled by what the array is for.
  private func fill(_ tensor: Tensor, _ key: String) throws {
    if key.hasSuffix("num_batches_tracked") { return }
    let sequence = FormulaSequence(key)
    let shape = tensor.shape
    let scale: Float
    let offset: Float
    if shape.rank >= 2 {
      let fanIn = Double(shape.sizes.dropFirst().reduce(1, *))
      scale = Float((3 / fanIn).squareRoot() * description.weightGain)
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

  /// The two images, 2×3×S×S: 1.5·blocks + 0.5·noise, blocks repeated over 16×16 pixels.
  func images() throws -> Tensor {
    let size = description.imageSize
    let noise = FormulaSequence("image.\(description.imageSeed).noise")
    let blocks = FormulaSequence("image.\(description.imageSeed).blocks")
    let grid = (size + 15) / 16
    var values = [Float](repeating: 0, count: 2 * 3 * size * size)
    for plane in 0..<6 {
      for row in 0..<size {
        for column in 0..<size {
          let index = (plane * size + row) * size + column
          values[index] =
            1.5 * blocks.u((plane * grid + row / 16) * grid + column / 16) + 0.5 * noise.u(index)
        }
      }
    }
    return try Tensor([2, 3, size, size], values)
  }
}
