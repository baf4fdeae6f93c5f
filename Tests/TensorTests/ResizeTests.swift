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
}
