import Support

/// Find and recognise one Fashion-MNIST article at full resolution in a cluttered 128 × 128 grey canvas.
///
/// A canvas is computed, not stored: 16 pieces of 14 × 14 pixels, cut from random training images, pasted by
/// pixel-wise maximum on black, then the 28 × 28 article on top wherever it is above 0. Every random choice
/// is a draw of the `FormulaSequence` named after the canvas, so the set is the same on every machine.
/// Training canvases are drawn anew each epoch; their articles and labels stay.
public struct ClutterFashion: ImageDataset {
  /// Which articles the canvases show.
  public enum Split: String, Sendable, CaseIterable {
    /// The training images 0…49999, on a new canvas each epoch.
    case train
    /// The training images 50000…59999.
    case validation
    /// The 10,000 test images.
    case test
  }

  /// The height and the width of a canvas.
  public static let side = 128

  private static let pieces = 16
  private static let pieceSide = 14
  private static let validationStart = 50000
  /// The version of the recipe of the canvases.
  private static let version = 1

  private let part: Split
  private let source: FashionMNIST
  /// The number of the first article in its part of Fashion-MNIST.
  private let firstArticle: Int
  public let count: Int
  public let identity: String

  /// Canvases of the articles of `split`, which come from `source`, or else from the installed Fashion-MNIST.
  ///
  /// - Throws: ``DatasetError`` when Fashion-MNIST is not installed or damaged.
  public init(split: Split, source: FashionMNIST? = nil) throws {
    let source = try source ?? FashionMNIST.load()
    let articles =
      switch split {
      case .train: 0..<ClutterFashion.validationStart
      case .validation: ClutterFashion.validationStart..<source.train.count
      case .test: 0..<source.test.count
      }
    part = split
    self.source = source
    firstArticle = articles.lowerBound
    count = articles.count
    identity = "clutter-fashion/\(split.rawValue) v\(ClutterFashion.version) content=\(source.fingerprint)"
  }

  public var name: String { "clutter-fashion" }
  public var split: String { part.rawValue }
  public var labels: [String] { FashionMNIST.labels }
  public var imageSize: (height: Int, width: Int) { (ClutterFashion.side, ClutterFashion.side) }
  public var channels: Int { 1 }

  /// What was measured over the 50,000 training canvases of epoch 0.
  public var normalization: Normalization { Normalization(mean: [0.0879], std: [0.2381]) }

  public func label(at index: Int) -> Int { Int(articles.labels[firstArticle + index]) }

  /// A name such as `clutter-fashion.test.17`, for the 17th canvas of the test split.
  public func itemName(at index: Int) -> String { "clutter-fashion.\(part.rawValue).\(index + 1)" }

  /// The canvas pixel that the top-left corner of an article is on.
  ///
  /// Indices and epochs count from 0; the epoch matters in the `train` split alone.
  public func articleOrigin(at index: Int, epoch: Int = 0) -> (row: Int, column: Int) {
    articleOrigin(sequence(index, epoch: epoch))
  }

  public func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try checkImage(index)
    try checkSize(pixels)
    guard let canvas = pixels.baseAddress else { return }
    canvas.update(repeating: 0, count: pixels.count)
    let sequence = sequence(index, epoch: epoch)
    source.train.pixels.withUnsafeBufferPointer { images in
      guard let images = images.baseAddress else { return }
      for piece in 0..<ClutterFashion.pieces { pastePiece(piece, sequence, from: images, on: canvas) }
    }
    let origin = articleOrigin(sequence)
    articles.pixels.withUnsafeBufferPointer { images in
      guard let images = images.baseAddress else { return }
      let article = images + (firstArticle + index) * FashionMNIST.side * FashionMNIST.side
      pasteArticle(article, on: canvas + origin.row * ClutterFashion.side + origin.column)
    }
  }

  private var articles: FashionMNIST.Part { part == .test ? source.test : source.train }

  private func sequence(_ index: Int, epoch: Int) -> FormulaSequence {
    // What the canvas is drawn from: the number of its article in its part of Fashion-MNIST, from 0.
    let name = "clutter-fashion.\(part.rawValue).\(firstArticle + index)"
    return FormulaSequence(part == .train ? "\(name).\(epoch)" : name)
  }

  private func articleOrigin(_ sequence: FormulaSequence) -> (row: Int, column: Int) {
    let positions = ClutterFashion.side - FashionMNIST.side + 1
    let first = 5 * ClutterFashion.pieces
    return (sequence.draw(first, positions), sequence.draw(first + 1, positions))
  }

  /// Pastes one piece by maximum.
  private func pastePiece(
    _ piece: Int, _ sequence: FormulaSequence, from images: UnsafePointer<UInt8>,
    on canvas: UnsafeMutablePointer<UInt8>
  ) {
    let side = ClutterFashion.pieceSide
    let cuts = FashionMNIST.side - side + 1
    let positions = ClutterFashion.side - side + 1
    let first = 5 * piece
    let image = sequence.draw(first, source.train.count)
    let cut = (row: sequence.draw(first + 1, cuts), column: sequence.draw(first + 2, cuts))
    let place = (row: sequence.draw(first + 3, positions), column: sequence.draw(first + 4, positions))

    let source = images + (image * FashionMNIST.side + cut.row) * FashionMNIST.side + cut.column
    let target = canvas + place.row * ClutterFashion.side + place.column
    for row in 0..<side {
      let from = source + row * FashionMNIST.side
      let to = target + row * ClutterFashion.side
      for pixel in 0..<side { to[pixel] = max(to[pixel], from[pixel]) }
    }
  }

  /// Replaces the canvas wherever the article is above 0.
  private func pasteArticle(_ article: UnsafePointer<UInt8>, on target: UnsafeMutablePointer<UInt8>) {
    let side = FashionMNIST.side
    for row in 0..<side {
      let from = article + row * side
      let to = target + row * ClutterFashion.side
      // This is a choice of value, not a branch: the processor cannot foresee where an article has holes.
      for pixel in 0..<side { to[pixel] = from[pixel] > 0 ? from[pixel] : to[pixel] }
    }
  }
}
