import CImageCodecs
import Foundation

/// The owner of a libtiff handle over bytes in memory. Nothing is printed; the last error is kept.
final class TIFFFile {
  /// The largest allocation that libtiff may make.
  private static let mostBytes = 1 << 30

  private let source: Source
  let handle: OpaquePointer

  /// `bytes` must outlive the file.
  init(_ bytes: UnsafeRawBufferPointer) throws {
    source = Source(bytes)
    guard let options = TIFFOpenOptionsAlloc() else { throw ImageProblem("needs more memory than there is") }
    defer { TIFFOpenOptionsFree(options) }
    let context = Unmanaged.passUnretained(source).toOpaque()
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, tmsize_t(Self.mostBytes))
    TIFFOpenOptionsSetErrorHandlerExtR(options, keepMessage, context)
    TIFFOpenOptionsSetWarningHandlerExtR(options, { _, _, _, _, _ in 1 }, nil)
    // An "m" forbids memory mapping, so that every access passes the bounds check below.
    let opened = TIFFClientOpenExt(
      "picture", "rm", context, readBytes, { _, _, _ in -1 }, seekBytes, { _ in 0 }, sizeOfBytes, nil, nil,
      options)
    guard let opened else { throw source.problem }
    handle = opened
  }

  deinit { TIFFClose(handle) }

  /// What libtiff said last.
  var problem: ImageProblem { source.problem }

  /// A field of the first picture, or its default; nil when it has neither.
  func field<Value>(_ tag: Int32, _ initial: Value) -> Value? {
    var value = initial
    let found = withUnsafeMutablePointer(to: &value) { pointer in
      withVaList([pointer]) { TIFFVGetFieldDefaulted(handle, UInt32(tag), $0) }
    }
    return found == 1 ? value : nil
  }

  func short(_ tag: Int32) -> Int? { field(tag, UInt16(0)).map(Int.init) }

  func long(_ tag: Int32) -> Int? { field(tag, UInt32(0)).map(Int.init) }

  /// The red, green and blue of a palette, `count` 16-bit levels each.
  func colorMap(_ count: Int) -> [[UInt16]]? {
    var planes:
      (UnsafeMutablePointer<UInt16>?, UnsafeMutablePointer<UInt16>?, UnsafeMutablePointer<UInt16>?) =
        (nil, nil, nil)
    let found = withUnsafeMutablePointer(to: &planes.0) { red in
      withUnsafeMutablePointer(to: &planes.1) { green in
        withUnsafeMutablePointer(to: &planes.2) { blue in
          withVaList([red, green, blue]) { TIFFVGetField(handle, UInt32(TIFFTAG_COLORMAP), $0) }
        }
      }
    }
    guard found == 1, let red = planes.0, let green = planes.1, let blue = planes.2 else { return nil }
    return [red, green, blue].map { (plane: UnsafeMutablePointer<UInt16>) in
      Array(UnsafeBufferPointer(start: plane, count: count))
    }
  }

  /// The kinds of the samples beyond those of the colours.
  var extraSamples: [UInt16] {
    var count: UInt16 = 0
    var kinds: UnsafeMutablePointer<UInt16>?
    let found = withUnsafeMutablePointer(to: &count) { count in
      withUnsafeMutablePointer(to: &kinds) { kinds in
        withVaList([count, kinds]) { TIFFVGetFieldDefaulted(handle, UInt32(TIFFTAG_EXTRASAMPLES), $0) }
      }
    }
    guard found == 1, let kinds else { return [] }
    return Array(UnsafeBufferPointer(start: kinds, count: Int(count)))
  }

  /// How many pixels beside and above each other share their differences of colour.
  var colorSubsampling: (horizontal: Int, vertical: Int) {
    var (horizontal, vertical) = (UInt16(2), UInt16(2))
    let found = withUnsafeMutablePointer(to: &horizontal) { horizontal in
      withUnsafeMutablePointer(to: &vertical) { vertical in
        withVaList([horizontal, vertical]) {
          TIFFVGetFieldDefaulted(handle, UInt32(TIFFTAG_YCBCRSUBSAMPLING), $0)
        }
      }
    }
    return found == 1 ? (Int(horizontal), Int(vertical)) : (2, 2)
  }

  /// Makes libtiff convert the colours of a JPEG inside to RGB.
  func convertsJPEGColors() {
    _ = withVaList([Int32(JPEGCOLORMODE_RGB)]) { TIFFVSetField(handle, UInt32(TIFFTAG_JPEGCOLORMODE), $0) }
  }
}

/// The bytes behind a handle, and where libtiff is in them.
private final class Source {
  let bytes: UnsafeRawBufferPointer
  var position = 0
  var message = ""

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var problem: ImageProblem {
    ImageProblem("is damaged: " + (message.isEmpty ? "libtiff cannot read it" : message))
  }

  static func of(_ pointer: UnsafeMutableRawPointer?) -> Source? {
    pointer.map { Unmanaged<Source>.fromOpaque($0).takeUnretainedValue() }
  }
}

private func readBytes(_ context: thandle_t?, _ target: UnsafeMutableRawPointer?, _ count: tmsize_t)
  -> tmsize_t
{
  guard let source = Source.of(context), let target, count > 0 else { return 0 }
  let length = min(Int(count), max(source.bytes.count - source.position, 0))
  guard length > 0, let base = source.bytes.baseAddress else { return 0 }
  target.copyMemory(from: base + source.position, byteCount: length)
  source.position += length
  return tmsize_t(length)
}

private func seekBytes(_ context: thandle_t?, _ offset: toff_t, _ whence: Int32) -> toff_t {
  guard let source = Source.of(context) else { return UInt64.max }
  let from: Int
  switch whence {
  case SEEK_SET: from = 0
  case SEEK_CUR: from = source.position
  default: from = source.bytes.count
  }
  let (position, overflow) = from.addingReportingOverflow(Int(truncatingIfNeeded: offset))
  guard !overflow, position >= 0 else { return UInt64.max }
  source.position = position
  return UInt64(position)
}

private func sizeOfBytes(_ context: thandle_t?) -> toff_t { toff_t(Source.of(context)?.bytes.count ?? 0) }

private func keepMessage(
  _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _: UnsafePointer<CChar>?,
  _ format: UnsafePointer<CChar>?, _ arguments: CVaListPointer?
) -> Int32 {
  guard let source = Source.of(context), let format, let arguments else { return 1 }
  var text = [CChar](repeating: 0, count: 256)
  vsnprintf(&text, text.count, format, arguments)
  let line = text.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
  source.message = String(decoding: line, as: UTF8.self)
  return 1
}
