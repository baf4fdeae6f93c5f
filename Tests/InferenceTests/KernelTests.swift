import Foundation
import Inference
import Compute
import OneDNN
import Support
import Tensor
import TestSupport
import Testing

/// Our own kernels against what oneDNN computes, at sizes that are no multiples of a vector.
struct KernelTests {
  private static func plan(
    _ shapes: [Shape], _ precision: Precision = .float32, _ network: ([Tensor]) throws -> [Tensor]
  ) throws -> Plan {
    try Plan.compile(shapes, precision: precision, weights: WeightStore(), network)
  }

  private static func results(_ plan: Plan, _ inputs: [Tensor]) throws -> [[Float]] {
    for (place, input) in zip(plan.inputs, inputs) { try place.assign(input) }
    try plan.run()
    return try plan.outputs.map { try $0.values() }
  }

  static let precisions: [Precision] = ElementType.hasFastBFloat16 ? [.float32, .bfloat16] : [.float32]

  /// A hidden layer, whose weights are rounded in bfloat16, and a result, whose are not.
  private static func layers(_ inputs: Int, _ units: Int) throws -> ([Tensor]) throws -> [Tensor] {
    let (w, b) = (try Tensor.formula("w", [units, inputs]), try Tensor.formula("b", [units]))
    let v = try Tensor.formula("v", [3, units])
    return { x in
      let hidden = try x[0].linear(w, bias: b)
      return try ElementFunctions.table.filter(\.isFusible).map { try $0(hidden).linear(v) }
    }
  }

  @Test(arguments: [(1, 1), (7, 5), (16, 4), (33, 9), (240, 18), (960, 130), (1000, 64), (5003, 131)])
  func oneRowIsComputedAsSeveralAre(_ inputs: Int, _ units: Int) throws {
    let network = try Self.layers(inputs, units)
    let row = try Tensor.formula("x", [1, inputs])
    for precision in Self.precisions {
      let own = try Self.plan([[1, inputs]], precision, network)
      let library = try Self.plan([[2, inputs]], precision, network)
      #expect(own.listing.allSatisfy { $0.hasPrefix("linear own") || $0.hasPrefix("functions") })
      #expect(library.listing.allSatisfy { !$0.hasPrefix("linear own") })
      let found = try Self.results(own, [row])
      let expected = try Self.results(library, [Tensor.concatenated([row, row], axis: 0)])
      let relative = precision == .float32 ? 1e-4 : 0.03
      for (a, b) in zip(found, expected) {
        let size = b.reduce(0) { max($0, abs($1)) }
        for (x, y) in zip(a, b) { #expect(abs(x - y) <= Float(relative) * size + 1e-5) }
      }
    }
  }

  /// What is fused into a layer of one row is the function that the op computes.
  @Test func functionsOfOneRowAreThoseOfTheOps() throws {
    let (w, b) = (try Tensor.formula("w", [37, 9]), try Tensor.formula("b", [37]))
    let row = try Tensor.formula("x", [1, 9]).scaled(by: 3)
    var functions: [(String, @Sendable (Tensor) throws -> Tensor)] = [
      ("clamp", { try $0.clamped(-0.5, 0.75) }), ("scale", { try $0.scaled(by: -2, adding: 0.5) }),
      ("divide", { try $0.divided(by: 3) }),
    ]
    for function in ElementFunctions.table where function.isFusible {
      functions.append((function.name, { try function($0) }))
    }
    for (name, function) in functions {
      let plan = try Self.plan([[1, 9]]) { [try function($0[0].linear(w, bias: b))] }
      #expect(plan.listing == ["linear own"], "\(name)")
      _ = try Self.results(plan, [row])
      try assertClose(
        plan.outputs[0], function(row.linear(w, bias: b)), relative: 1e-5, absolute: 1e-5, name)
    }
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
    let shapes: [Shape] = [[1, 4500]]
    let network = try Self.layers(4500, 259)
    let row = try Tensor.formula("x", shapes[0])
    for precision in Self.precisions {
      var all: [[[Float]]] = []
      for threads in [1, 2, 3, 5] {
        try withThreads(threads) {
          all.append(try Self.results(Self.plan(shapes, precision, network), [row]))
        }
      }
      for other in all.dropFirst() { #expect(other == all[0]) }
    }
  }

  /// Squeeze-and-excite: means, two layers and a gate.
  @Test(arguments: [8, 40, 67, 200]) func gatesOfOneImageAreThoseOfSeveral(_ channels: Int) throws {
    let reduce = try Tensor.formula("reduce", [9, channels, 1, 1])
    let expand = try Tensor.formula("expand", [channels, 9, 1, 1])
    func network(_ x: [Tensor]) throws -> [Tensor] {
      let y = try x[0].relu()
      let squeezed = try y.mean([2, 3], keepingAxes: true).convolved2d(reduce).relu()
      return [try y * squeezed.convolved2d(expand).sigmoid()]
    }
    let image = try Tensor.formula("x", [1, channels, 5, 7])
    let expected = try network([image])[0]
    let largest = try expected.values().reduce(0) { max($0, abs($1)) }
    for precision in Self.precisions {
      for images in [1, 3] {
        let plan = try Self.plan([[images, channels, 5, 7]], precision, network)
        let copies = try Tensor.concatenated([Tensor](repeating: image, count: images), axis: 0)
        _ = try Self.results(plan, [copies])
        let absolute = Double(largest) * (precision == .float32 ? 1e-5 : 0.02)
        for i in 0..<images {
          try assertClose(
            plan.outputs[0].sliced(0, i..<i + 1), expected, relative: 0, absolute: absolute, "\(images)")
        }
      }
    }
  }

  /// After a convolution that passes its input on, also where it is far from 0.
  @Test func siluOfAConvolution() throws {
    let weights = try Tensor([1, 1, 1, 1], [1])
    let x: [Float] = (0..<2011).map { Float($0 - 1000) / 50 } + [-200, -87.5, 88, 1e30, -1e30]
    for precision in Self.precisions {
      // Two rows, so that it stays a convolution.
      let plan = try Self.plan([[2, 1, 1, x.count]], precision) { [try $0[0].convolved2d(weights).silu()] }
      #expect(plan.listing.contains("silu"), "\(plan.listing)")
      let found = try Self.results(plan, [Tensor([2, 1, 1, x.count], x + x)])[0]
      for (i, value) in (x + x).enumerated() {
        let expected = Float(Double(value) / (1 + exp(-Double(value))))
        // The input is rounded, and the exponential multiplies that.
        let relative = (precision == .float32 ? 2e-6 : 0.004) * (1 + abs(value))
        let tolerance = relative * abs(expected) + 1e-37 * abs(value) + 1e-30
        #expect(abs(found[i] - expected) <= tolerance, "\(value): \(found[i])")
      }
    }
  }

  @Test func limitsLetNaNThrough() throws {
    let weights = try Tensor([2, 1], [1, .nan])
    let plan = try Self.plan([[1, 1]]) { [try $0[0].linear(weights).relu()] }
    let found = try Self.results(plan, [Tensor([1, 1], [-1])])[0]
    #expect(found[0] == 0 && found[1].isNaN)
  }
}
