import Compute

/// A sparse matrix that maps the rows (or columns) of an image to those of its resized copy.
///
/// Its transpose carries the gradient back: both directions gather, so no two threads write one element.
package struct ResampleMatrix {
  /// Output `i` is the sum over `starts[i]..<starts[i + 1]` of `weights`·input[`inputs`], in that order.
  private(set) var starts: [Int] = [0]
  package private(set) var inputs: [Int] = []
  package private(set) var weights: [Float] = []
  /// Whether all outputs read equally many inputs.
  private var isRegular = true

  /// How many outputs there are.
  package var outputs: Int { starts.count - 1 }

  mutating func appendOutput(_ taps: [(input: Int, weight: Float)]) {
    for tap in taps {
      inputs.append(tap.input)
      weights.append(tap.weight)
    }
    starts.append(inputs.count)
    if taps.count != starts[1] { isRegular = false }
  }

  /// The matrix with rows and columns exchanged; `count` is the number of inputs.
  func transposed(_ count: Int) -> ResampleMatrix {
    var taps = [[(input: Int, weight: Float)]](repeating: [], count: count)
    for output in 0..<outputs {
      for tap in starts[output]..<starts[output + 1] {
        taps[inputs[tap]].append((output, weights[tap]))
      }
    }
    var result = ResampleMatrix()
    for list in taps { result.appendOutput(list) }
    return result
  }

  /// The inputs that are read, ascending, and the matrix over only these.
  func compacted() -> (used: [Int], matrix: ResampleMatrix) {
    let used = Set(inputs).sorted()
    var position: [Int: Int] = [:]
    for (index, input) in used.enumerated() { position[input] = index }
    var matrix = self
    matrix.inputs = inputs.compactMap { position[$0] }
    return (used, matrix)
  }

  /// The matrix over single elements instead of groups of `channels`.
  func expanded(_ channels: Int) -> ResampleMatrix {
    var result = ResampleMatrix()
    for output in 0..<outputs {
      for c in 0..<channels {
        result.appendOutput(
          (starts[output]..<starts[output + 1]).map { (inputs[$0] * channels + c, weights[$0]) })
      }
    }
    return result
  }

  /// Computes all outputs of single elements.
  func applyToElements(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
    guard inputs.count == outputs * 2 || inputs.count == outputs * 4, isRegular else {
      apply(0..<outputs, source, target, block: 1)
      return
    }
    let count = outputs
    inputs.withUnsafeBufferPointer { inputs in
      weights.withUnsafeBufferPointer { weights in
        if inputs.count == 2 * count {
          for i in 0..<count {
            target[i] =
              source[inputs[2 * i]] * weights[2 * i] + source[inputs[2 * i + 1]] * weights[2 * i + 1]
          }
        } else {
          for i in 0..<count {
            let j = 4 * i
            let first = source[inputs[j]] * weights[j] + source[inputs[j + 1]] * weights[j + 1]
            target[i] =
              first + source[inputs[j + 2]] * weights[j + 2] + source[inputs[j + 3]] * weights[j + 3]
          }
        }
      }
    }
  }

  /// Computes `range` of the outputs, each a block of `block` neighbouring elements.
  func apply(
    _ range: Range<Int>, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, block: Int
  ) {
    starts.withUnsafeBufferPointer { starts in
      inputs.withUnsafeBufferPointer { inputs in
        weights.withUnsafeBufferPointer { weights in
          for output in range {
            let (first, last) = (starts[output], starts[output + 1])
            let d = target + output * block
            switch last - first {
            case 0: d.update(repeating: 0, count: block)
            case 2:
              let (a, b) = (source + inputs[first] * block, source + inputs[first + 1] * block)
              let (u, v) = (weights[first], weights[first + 1])
              for i in 0..<block { d[i] = a[i] * u + b[i] * v }
            case 4:
              let (a, b) = (source + inputs[first] * block, source + inputs[first + 1] * block)
              let (e, f) = (source + inputs[first + 2] * block, source + inputs[first + 3] * block)
              let (u, v) = (weights[first], weights[first + 1])
              let (w, z) = (weights[first + 2], weights[first + 3])
              for i in 0..<block { d[i] = a[i] * u + b[i] * v + e[i] * w + f[i] * z }
            case 17...:
              // So many inputs meet in the gradient of an enlargement, and are added in float64.
              withUnsafeTemporaryAllocation(of: Double.self, capacity: min(block, 512)) { sums in
                for start in Swift.stride(from: 0, to: block, by: 512) {
                  let width = min(512, block - start)
                  for i in 0..<width { sums[i] = 0 }
                  for tap in first..<last {
                    let (row, weight) = (source + inputs[tap] * block + start, Double(weights[tap]))
                    for i in 0..<width { sums[i] += Double(row[i]) * weight }
                  }
                  for i in 0..<width { d[start + i] = Float(sums[i]) }
                }
              }
            default:
              let (a, u) = (source + inputs[first] * block, weights[first])
              for i in 0..<block { d[i] = a[i] * u }
              for tap in first + 1..<last {
                let (b, v) = (source + inputs[tap] * block, weights[tap])
                for i in 0..<block { d[i] += b[i] * v }
              }
            }
          }
        }
      }
    }
  }
}

/// Resampling of channels-last images, columns first and rows second (or the reverse, for gradients).
enum Resample {
  /// Channels below which a pixel is too short a loop: elements are then addressed one by one.
  private static let shortPixel = 8

  /// Resizes N×C×H×W `x` by `columns`, then `rows`; the result is N×C×rows.outputs×columns.outputs.
  static func forward(_ x: Tensor, rows: ResampleMatrix, columns: ResampleMatrix) throws -> Tensor {
    let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    // Rows that no output reads are not resampled: most of them when a large image becomes a glance.
    let (used, rows) = rows.compacted()
    let narrow = try Tensor.empty([n, c, used.count, columns.outputs])
    let y = try Tensor.empty([n, c, rows.outputs, columns.outputs])
    let width = columns.outputs * c
    horizontally(columns, channels: c) { pass in
      let (source, target) = (x.pointer, narrow.pointer)
      ThreadTeam.parallel(n * used.count, grain: grain(width)) { range in
        for row in range {
          let (image, line) = (row / used.count, used[row % used.count])
          pass(source + (image * h + line) * w * c, target + row * width)
        }
      }
    }
    vertically(rows, narrow.pointer, y.pointer, images: n, inputs: used.count, width: width)
    return y
  }

  /// The gradient with respect to the N×C×`height`×`width` input of ``forward(_:rows:columns:)``.
  static func backward(
    _ gradient: Tensor, rows: ResampleMatrix, columns: ResampleMatrix, height: Int, width: Int
  ) throws -> Tensor {
    let g = try gradient.channelsLast()
    let (n, c) = (g.shape[0], g.shape[1])
    let tall = try Tensor.empty([n, c, height, columns.outputs])
    let dx = try Tensor.empty([n, c, height, width])
    vertically(
      rows.transposed(height), g.pointer, tall.pointer, images: n, inputs: rows.outputs,
      width: columns.outputs * c)
    horizontally(columns.transposed(width), channels: c) { pass in
      let (source, target) = (tall.pointer, dx.pointer)
      ThreadTeam.parallel(n * height, grain: grain(width * c)) { range in
        for row in range { pass(source + row * columns.outputs * c, target + row * width * c) }
      }
    }
    return dx
  }

  private static func grain(_ width: Int) -> Int { max(1, (1 << 13) / max(width, 1)) }

  private static func horizontally(
    _ columns: ResampleMatrix, channels: Int,
    _ body: ((UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void) -> Void
  ) {
    let isShort = channels < shortPixel
    let matrix = isShort ? columns.expanded(channels) : columns
    body { source, target in
      if isShort {
        matrix.applyToElements(source, target)
      } else {
        matrix.apply(0..<matrix.outputs, source, target, block: channels)
      }
    }
  }

  private static func vertically(
    _ rows: ResampleMatrix, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    images: Int, inputs: Int, width: Int
  ) {
    let outputs = rows.outputs
    ThreadTeam.parallel(images * outputs, grain: grain(width)) { range in
      var row = range.lowerBound
      while row < range.upperBound {
        let image = row / outputs
        let end = min(range.upperBound, (image + 1) * outputs)
        rows.apply(
          row - image * outputs..<end - image * outputs, source + image * inputs * width,
          target + image * outputs * width, block: width)
        row = end
      }
    }
  }
}
