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
  public static let side = ClutterSource.side

  /// The version of the recipe of the canvases.
  private static let version = 1

  private let source: ClutterSource
  public let identity: String

  /// Canvases of the articles of `split`, which come from `source`, or else from the installed Fashion-MNIST.
  ///
  /// - Throws: ``DatasetError`` when Fashion-MNIST is not installed or damaged.
  public init(split: Split, source: FashionMNIST? = nil) throws {
    self.source = try ClutterSource(split: split, data: source)
    identity = self.source.identity("clutter-fashion", version: Self.version)
  }

  public var name: String { "clutter-fashion" }
  public var split: String { source.split.rawValue }
  public var count: Int { source.count }
  public var labels: [String] { FashionMNIST.labels }
  public var imageSize: (height: Int, width: Int) { (ClutterFashion.side, ClutterFashion.side) }
  public var channels: Int { 1 }

  /// What was measured over the 50,000 training canvases of epoch 0.
  public var normalization: Normalization { Normalization(mean: [0.0879], std: [0.2381]) }

  public func label(at index: Int, epoch: Int) -> Int { source.category(at: index) }

  /// A name such as `clutter-fashion.test.17`, for the 17th canvas of the test split.
  public func itemName(at index: Int) -> String { "clutter-fashion.\(split).\(index + 1)" }

  /// The canvas pixel that the top-left corner of an article is on.
  ///
  /// Indices and epochs count from 0; the epoch matters in the `train` split alone.
  public func articleOrigin(at index: Int, epoch: Int = 0) -> (row: Int, column: Int) {
    articleOrigin(source.sequence(name, index, epoch: epoch))
  }

  public func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try checkItem(index)
    try checkSize(pixels)
    guard let canvas = pixels.baseAddress else { return }
    canvas.update(repeating: 0, count: pixels.count)
    let sequence = source.sequence(name, index, epoch: epoch)
    let origin = articleOrigin(sequence)
    source.withPixels(of: index) { images, article in
      for piece in 0..<ClutterSource.pieces { pastePiece(piece, sequence, from: images, on: canvas) }
      ClutterSource.pasteArticle(article, on: canvas + origin.row * ClutterFashion.side + origin.column)
    }
  }

  private func articleOrigin(_ sequence: FormulaSequence) -> (row: Int, column: Int) {
    let positions = ClutterFashion.side - FashionMNIST.side + 1
    let first = 5 * ClutterSource.pieces
    return (sequence.draw(first, positions), sequence.draw(first + 1, positions))
  }

  /// Pastes one piece by maximum.
  private func pastePiece(
    _ piece: Int, _ sequence: FormulaSequence, from images: UnsafePointer<UInt8>,
    on canvas: UnsafeMutablePointer<UInt8>
  ) {
    let (cuts, positions) = (ClutterSource.cuts, ClutterSource.positions)
    let first = 5 * piece
    let image = sequence.draw(first, source.pieceImages)
    let cut = (row: sequence.draw(first + 1, cuts), column: sequence.draw(first + 2, cuts))
    let place = (row: sequence.draw(first + 3, positions), column: sequence.draw(first + 4, positions))
    ClutterSource.pastePiece(
      images + (image * FashionMNIST.side + cut.row) * FashionMNIST.side + cut.column,
      on: canvas + place.row * ClutterFashion.side + place.column)
  }
}
