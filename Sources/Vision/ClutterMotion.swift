import Support

/// Say which Fashion-MNIST article moves through moving clutter, and whether to the right or to the left.
///
/// A clip has 8 frames of 128 × 128 grey pixels. It is computed, not stored: 16 pieces of 14 × 14 pixels, cut from random
/// training images, move on straight lines by up to two pixels a frame and come back at the other side; the 28 × 28
/// article on top moves by two pixels a frame. Going left it is at the places of going right in the other order, so no
/// single frame and no average over frames tells the direction. Every random choice is a draw of the `FormulaSequence`
/// named after the clip, so the set is the same on every machine. Training clips are drawn anew each epoch: their articles
/// stay, their directions do not, so that the class of a training clip depends on the epoch.
public struct ClutterMotion: ImageDataset {
  /// Which way an article goes.
  public enum Direction: Int, Sendable, CaseIterable { case right, left }

  /// The height and the width of a frame.
  public static let side = ClutterSource.side
  /// The number of frames of a clip.
  public static let frames = 8

  /// Pixels that an article moves from frame to frame.
  private static let articleStep = 2
  /// Pixels that a piece moves at most from frame to frame, down or up and to the right or to the left.
  private static let largestPieceStep = 2
  /// The draws that a piece takes.
  private static let pieceDraws = 7
  private static let firstArticleDraw = pieceDraws * ClutterSource.pieces
  /// The version of the recipe of the clips.
  private static let version = 1

  private let source: ClutterSource
  public let identity: String

  /// Clips of the articles of `split`, which come from `source`, or else from the installed Fashion-MNIST.
  ///
  /// - Throws: ``DatasetError`` when Fashion-MNIST is not installed or damaged.
  public init(split: ClutterFashion.Split, source: FashionMNIST? = nil) throws {
    self.source = try ClutterSource(split: split, data: source)
    identity = self.source.identity("clutter-motion", version: Self.version)
  }

  public var name: String { "clutter-motion" }
  public var split: String { source.split.rawValue }
  public var count: Int { source.count }
  public var frames: Int { Self.frames }
  public var imageSize: (height: Int, width: Int) { (Self.side, Self.side) }
  public var channels: Int { 1 }

  /// What was measured over the 50,000 training clips of epoch 0.
  public var normalization: Normalization { Normalization(mean: [0.0879], std: [0.2380]) }

  /// Each article right and left, such as `Sneaker right`: class 2 · category + direction.
  public var labels: [String] {
    FashionMNIST.labels.flatMap { article in Direction.allCases.map { "\(article) \($0)" } }
  }

  public func label(at index: Int, epoch: Int) -> Int {
    let direction = Self.direction(source.sequence(name, index, epoch: epoch))
    return Direction.allCases.count * source.category(at: index) + direction.rawValue
  }

  /// A name such as `clutter-motion.test.17`, for the 17th clip of the test split.
  public func itemName(at index: Int) -> String { "clutter-motion.\(split).\(index + 1)" }

  /// The pixels of the frames, in their order, that the top-left corner of an article is on.
  ///
  /// Indices and epochs count from 0; the epoch matters in the `train` split alone.
  public func articleOrigins(at index: Int, epoch: Int = 0) -> [(row: Int, column: Int)] {
    let sequence = source.sequence(name, index, epoch: epoch)
    return (0..<Self.frames).map { Self.articleOrigin(sequence, frame: $0) }
  }

  public func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try checkItem(index)
    try checkSize(pixels)
    guard let clip = pixels.baseAddress else { return }
    clip.update(repeating: 0, count: pixels.count)
    let sequence = source.sequence(name, index, epoch: epoch)
    source.withPixels(of: index) { images, article in
      for piece in 0..<ClutterSource.pieces { pastePiece(piece, sequence, from: images, on: clip) }
      for frame in 0..<Self.frames {
        let origin = Self.articleOrigin(sequence, frame: frame)
        ClutterSource.pasteArticle(article, on: clip + Self.offset(frame, origin.row, origin.column))
      }
    }
  }

  /// The place of a pixel in a clip.
  private static func offset(_ frame: Int, _ row: Int, _ column: Int) -> Int {
    (frame * side + row) * side + column
  }

  private static func direction(_ sequence: FormulaSequence) -> Direction {
    sequence.draw(firstArticleDraw + 2, Direction.allCases.count) == 0 ? .right : .left
  }

  private static func articleOrigin(_ sequence: FormulaSequence, frame: Int) -> (row: Int, column: Int) {
    let rows = side - FashionMNIST.side + 1
    let way = articleStep * (frames - 1)
    let leftmost = sequence.draw(firstArticleDraw + 1, rows - way)
    let moved = direction(sequence) == .right ? articleStep * frame : way - articleStep * frame
    return (sequence.draw(firstArticleDraw, rows), leftmost + moved)
  }

  /// Pastes one piece on all frames by maximum.
  private func pastePiece(
    _ piece: Int, _ sequence: FormulaSequence, from images: UnsafePointer<UInt8>,
    on clip: UnsafeMutablePointer<UInt8>
  ) {
    let (cuts, positions, largest) = (ClutterSource.cuts, ClutterSource.positions, Self.largestPieceStep)
    let first = Self.pieceDraws * piece
    let image = sequence.draw(first, source.pieceImages)
    let cut = (row: sequence.draw(first + 1, cuts), column: sequence.draw(first + 2, cuts))
    let start = (row: sequence.draw(first + 3, positions), column: sequence.draw(first + 4, positions))
    let step = (
      row: sequence.draw(first + 5, 2 * largest + 1) - largest,
      column: sequence.draw(first + 6, 2 * largest + 1) - largest
    )
    let pixels = images + (image * FashionMNIST.side + cut.row) * FashionMNIST.side + cut.column
    for frame in 0..<Self.frames {
      // A piece that leaves comes back at the other side; the added turn keeps the remainder from being negative.
      let row = (start.row + frame * step.row + positions) % positions
      let column = (start.column + frame * step.column + positions) % positions
      ClutterSource.pastePiece(pixels, on: clip + Self.offset(frame, row, column))
    }
  }
}
