import Glibc
import Support

/// Finds out whether a file ends before its container says that it does.
///
/// FFmpeg reads what is there and says little of the rest.
enum ContainerEnd {
  /// How many bytes are missing; 0 where none are, and where the container does not say.
  ///
  /// - Parameter container: FFmpeg's name of it.
  static func missingBytes(of file: borrowing InputFile, container: String) -> Int {
    let size = file.status.byteCount
    let bytes = Reader(descriptor: file.descriptor)
    let end: Int? =
      switch container.prefix(while: { $0 != "," }) {
      case "mov": endOfBoxes(bytes, size)
      case "matroska": endOfSegment(bytes)
      case "avi": endOfRIFF(bytes, size)
      case "gif": bytes.holdsTrailer(before: size) ? size : size + 1
      default: nil
      }
    return max((end ?? size) - size, 0)
  }

  /// The last box of an MP4 or QuickTime file.
  private static func endOfBoxes(_ bytes: Reader, _ size: Int) -> Int? {
    var place = 0
    for _ in 0..<10_000 where place < size {
      guard let short = bytes.number(at: place, bytes: 4, isLittle: false) else { return nil }
      var length = short
      // A box that goes to the end of the file, and one with a long length.
      if short == 0 { return size }
      if short == 1 {
        guard let long = bytes.number(at: place + 8, bytes: 8, isLittle: false) else { return nil }
        length = long
      }
      guard length >= 8, let next = [place, length].checkedSum() else { return nil }
      place = next
    }
    return place
  }

  /// The segment of a Matroska file, which has all that follows the head.
  private static func endOfSegment(_ bytes: Reader) -> Int? {
    guard bytes.number(at: 0, bytes: 4, isLittle: false) == 0x1A45_DFA3,
      let head = bytes.matroskaLength(at: 4),
      let segment = [4, head.room, head.length].checkedSum(),
      bytes.number(at: segment, bytes: 4, isLittle: false) == 0x1853_8067,
      let body = bytes.matroskaLength(at: segment + 4)
    else { return nil }
    return [segment, 4, body.room, body.length].checkedSum()
  }

  /// The last RIFF chunk of an AVI file, which has one for each gigabyte.
  private static func endOfRIFF(_ bytes: Reader, _ size: Int) -> Int? {
    var place = 0
    for _ in 0..<10_000 where place + 8 <= size {
      guard bytes.number(at: place, bytes: 4, isLittle: false) == 0x5249_4646,
        let length = bytes.number(at: place + 4, bytes: 4, isLittle: true), length > 0
      else { return nil }
      place += 8 + length + length % 2
    }
    // The byte that fills up an odd length is often left out.
    return place == size + 1 ? size : place
  }

  /// Numbers in a file.
  private struct Reader {
    let descriptor: Int32

    func bytes(at place: Int, count: Int) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      guard place >= 0 else { return [] }
      let got = pread(descriptor, &bytes, count, place)
      return Array(bytes.prefix(max(got, 0)))
    }

    /// The whole number there; nil beyond the end, and beyond `Int`.
    func number(at place: Int, bytes count: Int, isLittle: Bool) -> Int? {
      let stored = bytes(at: place, count: count)
      guard stored.count == count else { return nil }
      let value = (isLittle ? stored.reversed() : stored).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return Int(exactly: value)
    }

    /// A length of one to eight bytes, of which the first says how many there are; nil where it is left open.
    func matroskaLength(at place: Int) -> (room: Int, length: Int)? {
      guard let first = bytes(at: place, count: 1).first, first != 0 else { return nil }
      let room = first.leadingZeroBitCount + 1
      guard let whole = number(at: place, bytes: room, isLittle: false) else { return nil }
      let length = whole & (1 << (7 * room) - 1)
      return length == 1 << (7 * room) - 1 ? nil : (room, length)
    }

    /// Whether a GIF has its last byte, behind which some programs leave zeros.
    func holdsTrailer(before size: Int) -> Bool {
      let last = bytes(at: max(size - 64, 0), count: 64)
      return last.last { $0 != 0 } == 0x3B
    }
  }
}
