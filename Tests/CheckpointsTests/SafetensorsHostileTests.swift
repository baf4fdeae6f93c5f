import Checkpoints
import Foundation
import Support
import Testing

/// A file with `header` as its JSON and `count` bytes of data; `claimed` overrides the length field.
private func container(_ header: String, data count: Int = 0, claimed: UInt64? = nil) -> Data {
  let text = Array(header.utf8)
  return bytes([claimed ?? UInt64(text.count)]) + Data(text) + Data(count: count)
}

/// The message of the error that opening `data` must give.
private func refusal(_ data: Data) throws -> String {
  let error = #expect(throws: DamagedFile.self) { try Safetensors(data, file: "hostile.safetensors") }
  return "\(try #require(error))"
}

@Suite struct SafetensorsHostileTests {
  /// A header may name millions of tensors.
  @Test(arguments: [
    (1...5000).map { "\"a\($0)\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}" },
    ["\"__metadata__\":{\((1...5000).map { "\"a\($0)\":\"b\"" }.joined(separator: ","))}"],
  ])
  func aLongHeaderCanBeLeft(_ entries: [String]) throws {
    let data = container("{\(entries.joined(separator: ","))}")
    #expect(try Safetensors(data, file: "long.safetensors").entries.count == (entries.count == 1 ? 0 : 5000))
    let request = StopRequest()
    request.make()
    #expect(throws: Interrupted.self) {
      try Cancellation.withStop(by: request) { try Safetensors(data, file: "long.safetensors") }
    }
  }

  /// Header, data bytes, and a part of the message expected.
  static let headers: [(String, Int, String)] = [
    ("", 0, "does not start with '{'"),
    ("[]", 0, "does not start with '{'"),
    (" {}", 0, "does not start with '{'"),
    ("{", 0, "expected"),
    ("{}x", 0, "follows the header's closing brace"),
    ("{} \u{0}", 0, "follows the header's closing brace"),
    ("{}", 1, "1 bytes follow"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3, "truncated"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 9, "5 bytes follow"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "needs 8 bytes"),
    (#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}}"#, 4, "needs 8 bytes"),
    (#"{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}"#, 4, "type 'F31'; supported are F64"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "begin ≤ end"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "[begin, end]"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#, 4, "[begin, end]"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, 4, "whole number"),
    (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4, "expected ']'"),
    (#"{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}"#, 4, "expected ']'"),
    (#"{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}"#, 4, "whole number"),
    (#"{"a":{"dtype":"F32","shape":[null],"data_offsets":[0,4]}}"#, 4, "whole number"),
    (#"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, 4, "too large"),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0, "overflows"),
    (#"{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}"#, 0, "overflows"),
    (
      #"{"a":{"dtype":"F32","shape":[],"data_offsets":[9223372036854775803,9223372036854775807]}}"#, 4,
      "ends at"
    ),
    (#"{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}"#, 4, "field 'shape' twice"),
    (#"{"a":{"dtype":"F32","shape":[1],"offsets":[0,4]}}"#, 4, "unknown field 'offsets'"),
    (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "lacks one of the fields"),
    (#"{"a":{}}"#, 4, "lacks one of the fields"),
    (#"{"a":1}"#, 4, "expected '{'"),
    (#"{"a":{"dtype":["F32"],"shape":[1],"data_offsets":[0,4]}}"#, 4, "expected '\"'"),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      8, "'a' appears twice"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#,
      6, "overlaps"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[5,9]}}"#,
      9, "gap"
    ),
    (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0, "key 'a' appears twice"),
    (#"{"__metadata__":{"a":{"b":1}}}"#, 0, "expected '\"'"),
    (#"{"__metadata__":{"a":1}}"#, 0, "expected '\"'"),
    (#"{"__metadata__":{},"__metadata__":{}}"#, 0, "'__metadata__' appears twice"),
    (#"{"__metadata__":{"a":"\ud800"}}"#, 0, "lone surrogate"),
    (#"{"__metadata__":{"a":"\ud800\u0041"}}"#, 0, "broken surrogate"),
    (#"{"__metadata__":{"a":"\u12"}}"#, 0, "hexadecimal"),
    (#"{"__metadata__":{"a":"\x"}}"#, 0, "unknown escape"),
    (#"{"__metadata__":{"a":"open"#, 0, "does not end"),
    (#"{"__metadata__":{"a":"open\"#, 0, "within an escape"),
    ("{\"__metadata__\":{\"a\":\"\n\"}}", 0, "control character"),
    (#"{"__metadata__":{"gfnet_lab_checksum":"xxh64:12"}}"#, 0, "damaged"),
    (#"{"__metadata__":{"gfnet_lab_checksum":"xxh64:0000000000000000"}}"#, 0, "damaged or altered"),
    (#"{"a\nb\u202e":1}"#, 0, "expected '{'"),
    (#"{"a\nb\u202e":{}}"#, 0, #"'a\u{a}b\u{202e}'"#),
  ]

  @Test(arguments: headers.indices)
  func eachLieIsOneClearLine(_ index: Int) throws {
    let (header, count, expected) = Self.headers[index]
    let text = try refusal(container(header, data: count))
    #expect(text.hasPrefix("safetensors file hostile.safetensors: "))
    #expect(text.contains(expected), "\(text)")
    #expect(!text.contains("\n"))
  }

  @Test func lyingLengthsAreRefused() throws {
    #expect(try refusal(Data(count: 7)).contains("too few"))
    #expect(try refusal(container("{}", claimed: .max)).contains("claims"))
    #expect(try refusal(container("{}", claimed: UInt64(Int.max))).contains("claims"))
    #expect(try refusal(container("{}", claimed: 3)).contains("claims"))
    #expect(try refusal(container("{}", claimed: 1)).contains("expected"))
    #expect(try refusal(container("", data: 100_000_016, claimed: 100_000_001)).contains("limit"))
  }

  @Test func deepNestingNeitherCrashesNorHangs() throws {
    for nest in ["[", "{\"a\":", "{\"__metadata__\":"] {
      let text = "{\"a\":" + String(repeating: nest, count: 1_000_000)
      #expect(try refusal(container(text)).count < 300)
    }
    let name = String(repeating: "long", count: 100_000)
    #expect(try refusal(container("{\"\(name)\":{}}")).count < 300)
  }

  @Test func invalidUTF8IsRefused() throws {
    for broken: [UInt8] in [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF8, 0x88, 0x80, 0x80, 0x80],
    ] {
      let text = Array("{\"__metadata__\":{\"a\":\"".utf8) + broken + Array("\"}}".utf8)
      let data = bytes([UInt64(text.count)]) + Data(text)
      #expect(try refusal(data).contains("UTF-8"))
    }
  }

  @Test func plainFilesOfOtherToolsAreRead() throws {
    let header =
      "{\n \"w\" : { \"shape\":[2] , \"data_offsets\":[0,8],\t\"dtype\":\"F32\"},"
      + #""__metadata__":{"format":"pt \ud83c\udca1\/"}}   "#
    let file = try Safetensors(container(header, data: 8), file: "other")
    #expect(!file.isVerified)
    #expect(file.metadata == ["format": "pt 🂡/"])
    #expect(try file.floats("w") == [0, 0])
  }

  @Test func everySingleFlippedBitIsNoticed() throws {
    let good = try Safetensors.encode(
      [
        SafetensorsTensor("logits", shape: [2, 2], [1, 2, 3, 4] as [Float]),
        SafetensorsTensor("labels", shape: [3], [0, 1, 2] as [Int32]),
      ], metadata: ["model": "name"])
    #expect(throws: Never.self) { try Safetensors(good, file: "good") }
    for position in good.indices {
      for bit in 0..<8 {
        var bad = good
        bad[position] ^= 1 << UInt8(bit)
        #expect(throws: DamagedFile.self, "byte \(position), bit \(bit)") {
          try Safetensors(bad, file: "bad")
        }
      }
    }
  }

  @Test func everyTruncationIsNoticed() throws {
    let good = try Safetensors.encode(everyType(), metadata: ["a": "b"])
    for count in 0..<good.count {
      #expect(throws: DamagedFile.self) { try Safetensors(good.prefix(count), file: "short") }
    }
    #expect(throws: DamagedFile.self) { try Safetensors(good + Data(count: 1), file: "long") }
  }

  /// Whatever a mutated file says, opening and reading it gives values or an error, never a crash.
  @Test func thousandsOfMutationsNeverCrash() throws {
    // Without a checksum, so that mutations reach the readers of values.
    var header = #"{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"#
    header += #""b":{"dtype":"I64","shape":[2],"data_offsets":[24,40]},"#
    header += #""c":{"dtype":"BOOL","shape":[],"data_offsets":[40,41]}}"#
    let good = container(header, data: 41)
    let interesting = Array("{}[]\",:0129-.eE\\u__F64I8BOOL \n\u{0}".utf8) + [0x80, 0xFF, 0xC3]
    let random = CounterRandom(seed: 7, stream: "mutations")
    var accepted = 0
    for trial in 0..<20_000 {
      var data = good
      let draw = random.child(trial)
      for change in 0...draw.integer(0, below: 4) {
        let base = 1 + change * 4
        let position = draw.integer(base, below: data.count)
        switch draw.integer(base + 1, below: 5) {
        case 0: data[position] = UInt8(truncatingIfNeeded: draw.bits(base + 2))
        case 1: data[position] = interesting[draw.integer(base + 2, below: interesting.count)]
        case 2: data.remove(at: position)
        case 3: data.insert(interesting[draw.integer(base + 2, below: interesting.count)], at: position)
        default:
          let end = position + draw.integer(base + 2, below: min(20, data.count - position) + 1)
          data.insert(contentsOf: data[position..<end], at: position)
        }
        // Half of the time the length field is repaired, so that the mutation reaches the parser.
        if data.count > 49, draw.integer(base + 3, below: 2) == 0 {
          data.replaceSubrange(0..<8, with: bytes([UInt64(data.count - 49)]))
        }
      }
      do {
        let file = try Safetensors(data, file: "mutated")
        accepted += 1
        for name in file.names {
          _ = try? file.floats(name)
          _ = try? file.ints(name)
          _ = try? file.doubles(name, range: 0..<1)
        }
      } catch let error as DamagedFile {
        #expect(!error.description.contains("\n"))
      }
    }
    // The mutations are near the valid: some must pass, most must not.
    #expect((100...10_000).contains(accepted), "\(accepted) of 20000 accepted")
  }
}
