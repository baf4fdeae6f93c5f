import Foundation
import Jupyter
import Reports
import Support
import Testing

/// Messages as frames: signatures, and everything that a stranger may send instead.
struct MessageTests {
  private let coder = MessageCoder(key: Array("secret".utf8))

  private func frames() -> [[UInt8]] {
    coder.encode(coder.message("execute_request", ["code": "x = 1"], to: [[1, 2], [3]]))
  }

  @Test func aMessageComesBack() throws {
    let message = try coder.decode(frames())
    #expect(message.type == "execute_request")
    #expect(message.identities == [[1, 2], [3]])
    #expect(message.content == ["code": "x = 1"])
    #expect(message.header["version"] == "5.4")
    // Buffers follow the content and change nothing.
    #expect(try coder.decode(frames() + [[9]]).content == message.content)
  }

  /// A cell that answers a failure within the same millisecond comes after it, however its date is read.
  @Test func datesOfWholeMillisecondsAreNotEarlierThanTheyWere() {
    var message = coder.message("execute_request", ["code": "x"], to: [])
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    for number in 0..<2000 {
      let told = Date(timeIntervalSince1970: 1_796_050_000.0004 + Double(number) * 0.001037)
      message.header = ["date": .string(told.formatted(style))]
      #expect(message.isSent(since: told), "\(told.formatted(style))")
      message.header = ["date": .string(told.addingTimeInterval(-0.002).formatted(style))]
      #expect(!message.isSent(since: told), "\(told.formatted(style))")
    }
    message.header = ["msg_type": "execute_request"]
    #expect(!message.isSent(since: Date(timeIntervalSince1970: 0)))
  }

  /// The code that jupyter_client computes for these parts under this key.
  @Test func theSignatureIsThatOfTheProtocol() throws {
    let parts = ["{\"msg_type\":\"a\"}", "{}", "{}", "{}"].map { Array($0.utf8) }
    let code = "cb1d3df993c8d5e96e4430d55293bbc54ca70b0c2a603bb86f4a02e549c7cf09"
    let coder = MessageCoder(key: Array("key".utf8))
    #expect(try coder.decode([Array("<IDS|MSG>".utf8), Array(code.utf8)] + parts).type == "a")
  }

  @Test func whatIsNoMessageIsRefused() {
    let good = frames()
    var cases: [(frames: [[UInt8]], reason: String)] = [
      ([], "it has no <IDS|MSG>"), ([[]], "it has no <IDS|MSG>"),
      (Array(repeating: [0], count: 500), "it has no <IDS|MSG>"),
      (Array(good.dropLast()), "it has 4 parts, expected 5"),
      (Array(good.prefix(3)), "it has 0 parts, expected 5"),
    ]
    var changed = good
    changed[3] = []
    cases.append((changed, "it is not signed"))
    changed[3] = good[3].reversed()
    cases.append((changed, "its signature is wrong"))
    changed = good
    changed[7] = Array("{\"code\":\"y\"}".utf8)
    cases.append((changed, "its signature is wrong"))
    for (frames, reason) in cases {
      #expect { try coder.decode(frames) } throws: { ($0 as? MessageCoder.Refusal)?.reason == reason }
    }
    let open = MessageCoder(key: [])
    for (text, reason) in [
      ("{", "its content is not JSON: expected the name of a member in quotes"),
      ("[]", "its content is no object"),
      (String(repeating: "[", count: 100_000), "its content is not JSON: values lie more than 200 deep"),
    ] {
      var frames = open.encode(open.message("a", [:], to: []))
      frames[5] = Array(text.utf8)
      #expect { try open.decode(frames) } throws: { ($0 as? MessageCoder.Refusal)?.reason == reason }
    }
    var typeless = open.encode(open.message("a", [:], to: []))
    typeless[2] = Array("{}".utf8)
    #expect { try open.decode(typeless) } throws: {
      ($0 as? MessageCoder.Refusal)?.reason == "its header has no msg_type"
    }
  }
}
