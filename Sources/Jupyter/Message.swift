import Foundation
import Reports
import Support

/// A message of the Jupyter protocol (https://jupyter-client.readthedocs.io/en/stable/messaging.html).
package struct Message: Sendable {
  /// What a router puts in front, so that the answer finds its way; topics, for what is published.
  package var identities: [[UInt8]]
  package var header: JSONValue
  package var parent: JSONValue
  package var metadata: JSONValue = .object([])
  package var content: JSONValue

  package init(
    identities: [[UInt8]], header: JSONValue, parent: JSONValue, metadata: JSONValue = .object([]),
    content: JSONValue
  ) {
    self.identities = identities
    self.header = header
    self.parent = parent
    self.metadata = metadata
    self.content = content
  }

  /// What the message is, such as `execute_request`.
  package var type: String { header["msg_type"]?.asString ?? "" }

  /// Whether it was sent at a moment or later, by the sender's clock, whose dates may have whole milliseconds only; false
  /// where it does not say.
  package func isSent(since moment: Date) -> Bool {
    guard let date else { return false }
    // Read from text, 0.009 seconds are 0.0089998.
    let sent = (date.timeIntervalSince1970 * 1000 + 0.01).rounded(.down)
    return sent >= (moment.timeIntervalSince1970 * 1000).rounded(.down)
  }

  /// When it was sent, by the sender's clock; nil where it does not say.
  private var date: Date? {
    guard let text = header["date"]?.asString else { return nil }
    return [true, false].lazy.compactMap {
      try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: $0))
    }.first
  }
}

/// Puts messages into signed frames and takes them out again, for one side of a connection.
package final class MessageCoder: Sendable {
  /// The version of the protocol: 5.4, with `iopub_welcome`.
  package static let version = "5.4"
  private static let delimiter = Array("<IDS|MSG>".utf8)
  /// More identities than any chain of proxies adds.
  private static let mostIdentities = 16

  /// This side's name in headers, new at each start.
  package let session = UUID().uuidString.lowercased()
  package let key: [UInt8]

  package init(key: [UInt8]) { self.key = key }

  /// Why frames are no message; one line for the log.
  package struct Refusal: Error { package let reason: String }

  /// - Throws: ``Refusal``.
  package func decode(_ frames: [[UInt8]]) throws -> Message {
    guard let place = frames.prefix(Self.mostIdentities + 1).firstIndex(of: Self.delimiter) else {
      throw Refusal(reason: "it has no <IDS|MSG>")
    }
    let parts = frames[(place + 1)...]
    guard parts.count >= 5 else { throw Refusal(reason: "it has \(parts.count) parts, expected 5") }
    let signature = parts[place + 1]
    let texts = Array(parts[(place + 2)..<(place + 6)])
    if !key.isEmpty {
      guard !signature.isEmpty else { throw Refusal(reason: "it is not signed") }
      guard SHA256.areEqual(signature, sign(texts)) else { throw Refusal(reason: "its signature is wrong") }
    }
    let names = ["header", "parent header", "metadata", "content"]
    let values = try zip(names, texts).map { name, text in
      do {
        let value = try JSONValue(parsing: text)
        guard value.asObject != nil else { throw Refusal(reason: "its \(name) is no object") }
        return value
      } catch let problem as TextProblem {
        throw Refusal(reason: "its \(name) is not JSON: \(problem.reason)")
      }
    }
    let message = Message(
      identities: Array(frames[..<place]), header: values[0], parent: values[1], metadata: values[2],
      content: values[3])
    guard !message.type.isEmpty else { throw Refusal(reason: "its header has no msg_type") }
    return message
  }

  package func encode(_ message: Message) -> [[UInt8]] {
    let texts = [message.header, message.parent, message.metadata, message.content].map {
      Array($0.compact.utf8)
    }
    return message.identities + [Self.delimiter, key.isEmpty ? [] : sign(texts)] + texts
  }

  /// The signature of the four parts of a message, as it stands in its frames.
  package func signature(of texts: [[UInt8]]) -> [UInt8] { key.isEmpty ? [] : sign(texts) }

  private func sign(_ texts: [[UInt8]]) -> [UInt8] {
    SHA256.authenticationCode(texts, key: key).flatMap { byte in
      [byte >> 4, byte & 15].map { $0 < 10 ? 48 + $0 : 87 + $0 }
    }
  }

  /// A new message about `parent`, or about nothing.
  package func message(
    _ type: String, _ content: JSONValue, to identities: [[UInt8]], parent: JSONValue = .object([]),
    metadata: JSONValue = .object([])
  ) -> Message {
    let header: JSONValue = [
      "msg_id": .string(UUID().uuidString.lowercased()), "session": .string(session), "username": "kernel",
      "date": .string(Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))),
      "msg_type": .string(type), "version": .string(Self.version),
    ]
    return Message(
      identities: identities, header: header, parent: parent, metadata: metadata, content: content)
  }
}
