import GlanceFocus
import NeuralNet
import Reports
import Tensor

extension RunDirectory {
  /// Notes how the weights of each part of a network are distributed, where the run writes for TensorBoard.
  func appendWeights(of network: GFNet) throws {
    guard takesWeights else { return }
    var parts: [(name: String, histogram: NumberHistogram)] = []
    for (name, parameter) in network.parameters {
      let part = String(name.prefix { $0 != "." })
      if parts.last?.name != part { parts.append((part, NumberHistogram())) }
      for value in try parameter.value.values() { parts[parts.count - 1].histogram.add(Double(value)) }
    }
    for (name, histogram) in parts { try appendWeights(name, histogram) }
  }
}
