import Figures
import Foundation
import Reports
import Support
import Tensor

/// A small picture of a tensor, for front ends that show pictures beside a value's text: a heat map of a
/// matrix, the images of C×H×W and N×C×H×W with 1 or 3 channels, and otherwise the channels side by side.
///
/// However large the tensor is, few of its numbers are read: every k-th row and column.
struct TensorPreview {
  /// Rows and columns from which on not all of them are drawn.
  private static let mostSide = 128
  /// The most images side by side.
  private static let mostImages = 8
  /// What is smaller than this along an axis says more as numbers.
  private static let leastSide = 2
  private static let imageColumns = 4
  private static let imagePoints = 72.0
  private static let onlyImagePoints = 140.0
  private static let mostHeight = 200.0
  private static let gapPoints = 6.0
  private static let mapSize = FigureSize.points(width: 200, height: 140)
  private static let dpi = 144

  private let tensor: Tensor
  /// What is left out of the picture; empty: nothing.
  private var leftOut: [String] = []

  /// The picture; nil for tensors that have none: of one axis or of five, without finite numbers, or of few
  /// elements.
  ///
  /// - Throws: `Interrupted`. What cannot be drawn has no picture, as the text is there.
  static func picture(of tensor: Tensor) throws -> Notebook.Picture? {
    guard (2...4).contains(tensor.rank), tensor.shape.sizes.suffix(2).allSatisfy({ $0 >= leastSide }),
      tensor.count > 0
    else { return nil }
    var preview = TensorPreview(tensor.detached)
    do {
      return try preview.draw()
    } catch let reason as Interrupted {
      throw reason
    } catch { return nil }
  }

  private init(_ tensor: Tensor) { self.tensor = tensor }

  private mutating func draw() throws -> Notebook.Picture? {
    let shown = try thinned()
    let values = try shown.doubles()
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return nil }
    let list = try drawing(of: shown.shape.sizes, values, low, high).displayList()
    let range = "\(Self.text(low)) to \(Self.text(high))"
    let caption = ["tensor \(tensor.shape)", range] + leftOut
    let format = PictureFormat.png
    return Notebook.Picture(
      name: "tensor", caption: caption.joined(separator: ", "),
      files: [
        .init(ending: format.ending, mediaType: format.mediaType, content: try format.render(list, Self.dpi))
      ],
      width: list.size.width, height: list.size.height)
  }

  private static func text(_ number: Double) -> String { String(format: "%.5g", number) }

  // MARK: What is shown

  /// The part that is drawn, of two to four axes: a view.
  private mutating func thinned() throws -> Tensor {
    var part = tensor
    // Of what is neither grey nor coloured, the first element's channels are shown.
    if part.rank == 4, !Self.isImage(channels: part.shape[1]) {
      if part.shape[0] > 1 { leftOut.append("the first of \(part.shape[0])") }
      part = try part.selected(0, 0)
    }
    let areImages = part.rank == 4
    if areImages || part.rank == 3 && !Self.isImage(channels: part.shape[0]) {
      let count = part.shape[0]
      if count > Self.mostImages {
        leftOut.append("\(areImages ? "images" : "channels") 1 to \(Self.mostImages) of \(count)")
        part = try part.sliced(0, 0..<Self.mostImages)
      }
    }
    for (axis, what) in [(part.rank - 2, "row"), (part.rank - 1, "column")] {
      let step = (part.shape[axis] - 1) / Self.mostSide + 1
      guard step > 1 else { continue }
      leftOut.append("one \(what) in \(step)")
      part = try part.sliced(axis, 0..<part.shape[axis], step: step)
    }
    return part
  }

  private static func isImage(channels: Int) -> Bool { channels == 1 || channels == 3 }

  // MARK: The picture

  private func drawing(
    of sizes: [Int], _ values: [Double], _ low: Double, _ high: Double
  ) throws -> any Drawing {
    if sizes.count == 2 {
      var figure = Figure(size: Self.mapSize)
      try figure.axes.heatMap(values, rows: sizes[0], columns: sizes[1])
      return figure
    }
    let isImage = sizes.count == 4 || Self.isImage(channels: sizes[0])
    let channels = isImage ? sizes[sizes.count - 3] : 1
    let (height, width) = (sizes[sizes.count - 2], sizes[sizes.count - 1])
    let area = channels * height * width
    let range = levels(low, high, isImage: isImage)
    let images = try stride(from: 0, to: values.count, by: area).map { start in
      try ImageReader.pixels(
        sizes: [channels, height, width], values: values[start..<start + area], range: range)
    }
    var options = GlimpseOptions()
    let columns = min(images.count, Self.imageColumns)
    options.columns = columns
    // Tall images are narrower than others, so that no picture fills pages; the tallest have none.
    let side = min(
      columns == 1 ? Self.onlyImagePoints : Self.imagePoints,
      Self.mostHeight * Double(width) / Double(height))
    options.width = (side + Self.gapPoints) * Double(columns)
    options.interpolation = .nearest
    return GlimpseGrid(
      groups: [.init(items: images.map { Glimpse(pixels: $0, title: "", steps: []) })], options: options)
  }

  /// The numbers that are black and white: those of images where the numbers are theirs, otherwise the
  /// extremes.
  private func levels(_ low: Double, _ high: Double, isImage: Bool) -> (low: Double, high: Double) {
    if isImage, tensor.dtype == .uint8 { return (0, 255) }
    if isImage, low >= 0, high <= 1 { return (0, 1) }
    return low < high ? (low, high) : (low - 1, high + 1)
  }
}
