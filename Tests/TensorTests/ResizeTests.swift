import Support
import Tensor
import TestSupport
import Testing

@Suite struct ResizeTests {
  /// Every recorded case: both interpolations, both alignments, up, down, odd sizes, single pixels.
  @Test func agreesWithPyTorch() throws {
    let fixtures = try Fixtures("ops/resize.json")
    let names = fixtures.names.filter { !$0.hasSuffix(".gradient") }
    #expect(names.count == 36)
    for name in names {
      let parts = name.split(separator: ".")
      let input = parts[2].split(separator: "x").compactMap { Int($0) }
      let output = parts[3].split(separator: "x").compactMap { Int($0) }
      let interpolation = try #require(Interpolation(rawValue: String(parts[0])))
      let image = try Tensor.formula("image", Shape(input))
      let tape = GradientTape()
      let x = tape.watch(image)
      let y = try tape.record {
        try x.resized(
          height: output[0], width: output[1], interpolation, alignCorners: parts[1] == "corners")
      }
      try assertClose(y, try fixtures[name], relative: 1e-6, absolute: 3e-7, name)
      let gradients = try tape.backward(from: y, seed: try Tensor.formula("seed", y.shape))
      let gradient = try #require(gradients[of: x])
      try assertClose(
        gradient, try fixtures[name + ".gradient"], relative: 1e-6, absolute: 5e-6, name + " gradient")
    }
  }

  /// The pixels that PyTorch's `interpolate` takes by default, which in float32 is ⌊i · (input / output)⌋; the gradient goes
  /// back to them.
  @Test(arguments: [
    (160, 96, [0, 1, 3, 5, 6, 8]), (7, 3, [0, 2, 4]), (5, 5, [0, 1, 2, 3, 4]), (3, 7, [0, 0, 0, 1, 1, 2, 2]),
    (224, 96, [0, 2, 4, 7, 9, 11]), (4, 1, [0]),
  ])
  func nearestPixelsAreThoseOfPyTorch(_ input: Int, _ output: Int, _ first: [Int]) throws {
    let row = try Tensor([1, 1, 1, input], (0..<input).map(Float.init))
    for alignCorners in [false, true] {
      let tape = GradientTape()
      let x = tape.watch(row)
      let y = try tape.record {
        try x.resized(height: 1, width: output, .nearest, alignCorners: alignCorners)
      }
      let found = try y.values().map { Int($0) }
      #expect(Array(found.prefix(first.count)) == first && found.count == output)
      let seed = try Tensor([1, 1, 1, output], [Float](repeating: 1, count: output))
      let gradient = try #require(try tape.backward(from: y, seed: seed)[of: x]).values()
      #expect(gradient.enumerated().allSatisfy { index, value in Int(value) == found.count { $0 == index } })
    }
  }
}
