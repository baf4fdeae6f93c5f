import Foundation
import Support

/// An event file of TensorBoard, which grows record by record.
///
/// A record is length, checksum of the length, data, checksum of the data. Each reaches the system by one write, so that a run that is
/// killed loses the last one at most, and a reader stops before it.
public final class EventFile {
  private let file: AppendedFile
  private let clock: () -> Double

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: the file, whose folder must be there; its name must hold `tfevents` for TensorBoard to find it.
  ///   - clock: seconds since 1970.
  /// - Throws: `FileError`.
  public init(path: FilePath, clock: @escaping () -> Double = { Date().timeIntervalSince1970 }) throws {
    self.clock = clock
    file = try AppendedFile(path: path)
    try file.truncate()
    try record { $0.add(3, "brain.Event:2") }
  }

  /// A number, such as a loss.
  public func scalar(_ tag: String, _ value: Double, step: Int) throws {
    try summary(tag, step) { $0.add(2, Float(value)) }
  }

  /// A picture in a format that browsers show.
  public func image(_ tag: String, _ content: Data, width: Int, height: Int, step: Int) throws {
    try summary(tag, step) { value in
      value.add(4) { image in
        image.add(1, height)
        image.add(2, width)
        // Red, green, blue and opacity.
        image.add(3, 4)
        image.add(4, Array(content))
      }
    }
  }

  /// How numbers are distributed.
  public func histogram(_ tag: String, _ histogram: NumberHistogram, step: Int) throws {
    try summary(tag, step) { $0.add(5, histogram.message.bytes) }
  }

  /// Text in Markdown.
  public func text(_ tag: String, _ text: String, step: Int) throws {
    try summary(tag, step) { value in
      value.add(9) { metadata in
        metadata.add(1) { $0.add(1, "text") }
        // A tensor: `DataClass` of TensorBoard.
        metadata.add(4, 2)
      }
      value.add(8) { tensor in
        tensor.add(1, 7)
        tensor.add(2) { shape in shape.add(2) { $0.add(1, 1) } }
        tensor.add(8, text)
      }
    }
  }

  /// The parameters of the run. TensorBoard takes all scalars for what runs are compared by.
  ///
  /// It wants numbers, texts and truth values; what is none of them is told as JSON.
  public func hyperparameters(_ values: [JSONValue.Member]) throws {
    try plugin("_hparams_/session_start_info") { start in
      start.add(3) { message in
        for value in values {
          message.add(1) { entry in
            entry.add(1, value.name)
            entry.add(2) { Self.add(value.value, to: &$0) }
          }
        }
        message.add(5, clock())
      }
    }
  }

  /// How the run ended.
  public func end(succeeded: Bool) throws {
    try plugin("_hparams_/session_end_info") { end in
      end.add(4) { message in
        message.add(1, succeeded ? 1 : 2)
        message.add(2, clock())
      }
    }
  }

  // MARK: Records

  private static func add(_ value: JSONValue, to message: inout ProtocolMessage) {
    switch value {
    case .bool(let value): message.add(4, value)
    case .integer(let value): message.add(2, Double(value))
    case .number(let value): message.add(2, value)
    default: message.add(3, value.plain)
    }
  }

  /// A message for the plugin of hyper-parameters, which wants a tensor that says nothing.
  private func plugin(_ tag: String, _ build: (inout ProtocolMessage) -> Void) throws {
    try summary(tag, 0) { value in
      value.add(9) { metadata in
        metadata.add(1) { plugin in
          plugin.add(1, "hparams")
          plugin.add(2) { data in
            data.add(1, 0)
            build(&data)
          }
        }
      }
      value.add(8) { tensor in
        tensor.add(1, 1)
        tensor.add(2) { shape in shape.add(2) { $0.add(1, 1) } }
        tensor.add(5, Float(0).bitPattern.littleEndianBytes)
      }
    }
  }

  private func summary(_ tag: String, _ step: Int, _ build: (inout ProtocolMessage) -> Void) throws {
    try record { event in
      event.add(2, step)
      event.add(5) { summary in
        summary.add(1) { value in
          value.add(1, tag)
          build(&value)
        }
      }
    }
  }

  private func record(_ build: (inout ProtocolMessage) -> Void) throws {
    var event = ProtocolMessage()
    event.add(1, clock())
    build(&event)
    let data = event.bytes
    let length = UInt64(data.count).littleEndianBytes
    try file.append(
      bytes: length + CRC32C.masked(length).littleEndianBytes + data + CRC32C.masked(data).littleEndianBytes)
  }
}
