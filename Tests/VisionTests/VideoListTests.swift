import Foundation
import Support
import TestSupport
import Testing
import Vision

/// Lists of videos, as people have them and as nobody should.
@Suite struct VideoListTests {
  private func format(_ separator: Character = " ", many: Bool = false, least: Int = 0) -> VideoList.Format {
    var format = VideoList.Format()
    format.separator = separator.asciiValue ?? 0
    format.hasManyLabels = many
    format.leastFrames = least
    return format
  }

  private func list(_ bytes: [UInt8], _ format: VideoList.Format) throws -> VideoList {
    let folder = try TemporaryFolder()
    return try VideoList(folder.write(bytes, "list.txt"), format)
  }

  private func rows(_ list: VideoList) -> [String] {
    (0..<list.count).map {
      "\(String(decoding: list[$0].folder, as: UTF8.self))|\(list[$0].frames)|\(list[$0].label)"
    }
  }

  @Test(
    arguments: [
      ("78687 42 105\n1 37 0\n", " ", ["78687|42|105", "1|37|0"]),
      ("ApplyEyeMakeup/v_g08_c01 120 0\n", " ", ["ApplyEyeMakeup/v_g08_c01|120|0"]),
      (
        "riding a bike/abc_000010_000020 300 7\nvideo 1 120 3", " ",
        ["riding a bike/abc_000010_000020|300|7", "video 1|120|3"]
      ),
      ("a\t12\t3\nb  13   4  \n", " ", ["a|12|3", "b|13|4"]),
      ("v_a,120,3\n\n v b , 7 , 1 \n", ",", ["v_a|120|3", "v b|7|1"]),
      ("a, b,120,3\n", ",", ["a, b|120|3"]),
      ("x;y;300;12\n", ";", ["x;y|300|12"]),
      ("a\t12\t3\n", "\t", ["a|12|3"]),
    ] as [(String, Character, [String])])
  func linesAreReadFromTheirEnd(_ text: String, _ separator: Character, _ expected: [String]) throws {
    #expect(try rows(list(Array(text.utf8), format(separator))) == expected)
  }

  /// Lines of files may do without the number of frames, and without the label; the first one says which all have.
  @Test(
    arguments: [
      ("a b.mp4 120 3\nc 7 1\n", " ", ["a b.mp4|120|3", "c|7|1"], true),
      ("x/a b.mp4 3\nc 1\nd 4 1\n", " ", ["x/a b.mp4|0|3", "c|0|1", "d 4|0|1"], true),
      ("a b.mp4\nc 1\n", " ", ["a b.mp4|0|0", "c 1|0|0"], false),
      ("a.mp4,3\nb, c.mp4 , 4\n", ",", ["a.mp4|0|3", "b, c.mp4|0|4"], true),
      ("12 3\n", " ", ["12|0|3"], true), ("12\n", " ", ["12|0|0"], false),
    ] as [(String, Character, [String], Bool)])
  func linesOfFilesMayHaveLess(
    _ text: String, _ separator: Character, _ expected: [String], _ hasLabels: Bool
  ) throws {
    var format = format(separator)
    format.areFiles = true
    let found = try list(Array(text.utf8), format)
    #expect(rows(found) == expected && found.hasLabels == hasLabels)
  }

  @Test(arguments: [
    ("a.mp4 3\nb.mp4\n", "line 2: 'b.mp4' is not FILE and LABEL with spaces between"),
    ("a.mp4 3 1\nb.mp4 1\n", "line 2: 'b.mp4 1' is not FILE, FRAMES and LABEL with spaces between"),
    ("a.mp4 3\nb.mp4 x\n", "line 2: the label is 'x', expected a whole number"),
    ("../a.mp4 3\n", "line 1: the file '../a.mp4' leads out"),
    ("/a.mp4 3\n", "line 1: the file '/a.mp4' begins at the root"),
  ])
  func whatIsWrongWithALineOfFilesIsNamed(_ text: String, _ expected: String) throws {
    var format = format()
    format.areFiles = true
    #expect {
      try list(Array(text.utf8), format)
    } throws: {
      "\($0)".contains(expected) && !"\($0)".contains("\n")
    }
  }

  @Test func ofSeveralLabelsTheFirstCounts() throws {
    let found = try list(Array("v_a,120,3\nv_b,10,7,1,9\nv_c,5,0,2\n".utf8), format(",", many: true))
    #expect(rows(found) == ["v_a|120|3", "v_b|10|7", "v_c|5|0"])
    #expect(found.withManyLabels == 2 && found.largest == (7, 2))
  }

  @Test func namesNeedNotBeText() throws {
    let found = try list([0xFF, 0xFE] + Array("/a 12 3\n".utf8), format())
    #expect(Array(found[0].folder) == [0xFF, 0xFE, 0x2F, 0x61])
  }

  @Test func shortVideosAreCounted() throws {
    let text = Array("a 2 0\nb 3 1\nc 0 2\nd 100 3\n".utf8)
    let trained = try list(text, format(least: 3))
    #expect(rows(trained) == ["b|3|1", "d|100|3"] && trained.tooShort == 2)
    #expect(try list(text, format()).count == 4)
    #expect { try list(Array("a 2 0\nb 1 1\n".utf8), format(least: 3)) } throws: {
      "\($0)".hasSuffix("list.txt: all 2 videos have less than 3 frames, which training needs")
    }
  }

  /// However the lines end, and whatever mark begins them, they say the same.
  @Test func linesMayEndInAnyWay() throws {
    let lines = ["a 12 3", "", "b c 13 4", "d 1 0"]
    let plain = try list(Array(lines.joined(separator: "\n").utf8), format())
    for end in ["\n", "\r\n", "\r"] {
      for mark in [[], [0xEF, 0xBB, 0xBF]] as [[UInt8]] {
        for last in ["", end] {
          let other = try list(mark + Array((lines.joined(separator: end) + last).utf8), format())
          #expect(rows(other) == rows(plain))
        }
      }
    }
  }

  @Test(
    arguments: [
      ("", " ", ": the list of videos is empty"), ("\n \n\t\r\n", " ", ": the list of videos is empty"),
      ("\u{FEFF}", " ", ": the list of videos is empty"),
      ("a 12 3\nb\0 12 3\n", " ", ", line 2: it holds a NUL byte, so the file is no text"),
      (
        "a 12 3\nb -12 3\n", " ",
        ", line 2: the number of frames is '-12', expected a whole number from 0 to 99999999"
      ),
      ("a 12 -1\n", " ", ", line 1: the label is '-1', expected a whole number from 0 to 999999"),
      ("a 12 1000000\n", " ", ", line 1: the label is '1000000', expected"),
      (
        "a 99999999999999999999 1\n", " ",
        ", line 1: the number of frames is '99999999999999999999', expected"
      ),
      ("a 9223372036854775808 1\n", " ", ", line 1: the number of frames is '9223372036854775808', expected"),
      ("a 12.5 1\n", " ", ", line 1: the number of frames is '12.5', expected"),
      ("a 0x1 1\n", " ", ", line 1: the number of frames is '0x1', expected"),
      ("a ١٢ 1\n", " ", ", line 1: the number of frames is '١٢', expected"),
      ("a 12 dog\n", " ", ", line 1: the label is 'dog', expected a whole number"),
      ("../a 12 1\n", " ", ", line 1: the folder '../a' leads out of the folder of the videos"),
      ("a/../../b 12 1\n", " ", ", line 1: the folder 'a/../../b' leads out of the folder of the videos"),
      (".. 12 1\n", " ", ", line 1: the folder '..' leads out"),
      ("/etc 12 1\n", " ", ", line 1: the folder '/etc' begins at the root"),
      ("a 12\n", " ", ", line 1: 'a 12' is not FOLDER, FRAMES and LABEL with spaces between"),
      ("a\n", " ", ", line 1: 'a' is not FOLDER, FRAMES and LABEL"),
      (" 12 3\n", " ", ", line 1: ' 12 3' is not FOLDER, FRAMES and LABEL"),
      (
        "v_a,12,3\n", " ",
        ", line 1: 'v_a,12,3' is not FOLDER, FRAMES and LABEL with spaces between; it has commas instead"
      ),
      (
        "v a 12 3\n", ",",
        ", line 1: 'v a 12 3' is not FOLDER, FRAMES and LABEL with commas between; it has spaces instead"
      ),
      ("a,12,3,4\n", ",", ", line 1: 'a,12,3,4' has three numbers at its end"),
      ("folder,frames,label\na,12,3\n", ",", ", line 1: the number of frames is 'frames', expected"),
      (",,\n", ",", ", line 1: ',,' is not FOLDER, FRAMES and LABEL"),
    ] as [(String, Character, String)])
  func whatIsNoListIsOneLineWithItsNumber(_ text: String, _ separator: Character, _ reason: String) {
    #expect { try list(Array(text.utf8), format(separator)) } throws: {
      "\($0)".contains("list.txt" + reason) && !"\($0)".contains("\n")
    }
  }

  @Test func binariesAndEndlessLinesAreOneLine() throws {
    let noise = (0..<5000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 9) }
    for bytes in [
      noise, [UInt8](repeating: UInt8(ascii: "a"), count: 5 << 20), [0x1F, 0x8B, 8, 0, 0, 0],
      Array("ok 12 3\n".utf8) + [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20) + Array("a 1 2\n".utf8),
    ] {
      for many in [false, true] {
        #expect { try list(bytes, format(many: many)) } throws: {
          "\($0)".contains("list.txt") && "\($0)".contains("line ") && !"\($0)".contains("\n")
        }
      }
    }
    let long = [UInt8](repeating: UInt8(ascii: "a"), count: 9000) + Array(" 12 3\n".utf8)
    #expect { try list(Array("ok 12 3\n".utf8) + long, format()) } throws: {
      "\($0)".hasSuffix("line 2 is longer than 8192 bytes")
    }
  }

  /// Whatever becomes of a list on its way: it is read, or refused in one line, and no folder leads out.
  @Test func damagedListsAreReadOrRefused() throws {
    let sound = Array("a/b 12 3\r\nriding a bike/x 300 7\nv_c,120,3,4\n../d 1 2\nA;7;1\n".utf8)
    let strays = Array("\0\n\r\t ,;./-0129\u{FF}\u{301}".utf8)
    let folder = try TemporaryFolder()
    var readable = 0
    for trial in 0..<1500 {
      let random = CounterRandom(seed: 9, stream: "lists").child(trial)
      var bytes = Array(sound[random.integer(0, below: sound.count)...])
      for change in 0..<random.integer(1, below: 12) {
        let place = random.integer(4 * change + 2, below: bytes.count + 1)
        let byte = strays[random.integer(4 * change + 3, below: strays.count)]
        switch random.integer(4 * change + 4, below: 3) {
        case 0: bytes.insert(byte, at: place)
        case 1 where place < bytes.count: bytes.remove(at: place)
        case 2 where place < bytes.count: bytes[place] = byte
        default: break
        }
      }
      let path = try folder.write(bytes, "list.txt")
      for (separator, many) in [(" ", false), (",", false), (",", true), (";", true)] as [(Character, Bool)] {
        do {
          let found = try VideoList(path, format(separator, many: many))
          readable += 1
          for video in 0..<found.count {
            let names = found[video].folder.split(separator: UInt8(ascii: "/"))
            #expect(!names.contains { $0.elementsEqual("..".utf8) } && found[video].folder.first != 0x2F)
            #expect(!found[video].folder.contains(0) && found[video].frames >= 0)
          }
        } catch {
          #expect(!"\(error)".contains("\n") && "\(error)".contains("list.txt"), "\(error)")
        }
      }
    }
    #expect(readable > 0)
  }

  /// What a video takes in memory is its name and 12 bytes.
  @Test func aLongListIsSmall() throws {
    let count = 200_000
    var text = ""
    for video in 0..<count { text += "v\(video) \(video % 300 + 1) \(video % 174)\n" }
    let found = try list(Array(text.utf8), format())
    #expect(found.count == count && found[123_456].frames == 123_456 % 300 + 1)
    #expect(String(decoding: found[123_456].folder, as: UTF8.self) == "v123456")
    // Arrays that grow have up to twice the room.
    #expect(found.heldBytes < 2 * count * (7 + 12))
  }
}

@Suite struct VideoClassesTests {
  private func names(_ text: String) throws -> [String] {
    let folder = try TemporaryFolder()
    return try VideoClasses.names(folder.write(text, "classes.txt")).map(\.shown)
  }

  @Test(arguments: [
    ("Closing something\nApproaching something\n", ["Closing something", "Approaching something"]),
    ("1 ApplyEyeMakeup\n2 ApplyLipstick\n3 Archery\n", ["ApplyEyeMakeup", "ApplyLipstick", "Archery"]),
    ("1 b\r\n0 a\r\n2 c d\r\n", ["a", "b", "c d"]), ("0,a\n1,b\n", ["a", "b"]),
    ("100218;Swiping Left\n7;Doing other things\n9;Swiping Left\n", ["Doing other things", "Swiping Left"]),
    // No numbering: names that begin with numbers.
    ("1 a\n3 b\n", ["1 a", "3 b"]), ("100 metres\n200 metres\n", ["100 metres", "200 metres"]),
    ("\u{FEFF}a\n\nb", ["a", "b"]),
  ])
  func theFilesOfTheDataSetsAreRead(_ text: String, _ expected: [String]) throws {
    #expect(try names(text) == expected)
  }

  @Test(arguments: [
    ("", "the file of classes is empty"), ("a\nb\na\n", "the class 'a' is there twice"),
    ("a\n\0b\n", "line 2: it holds a NUL byte"),
  ])
  func whatIsNoListOfClassesIsOneLine(_ text: String, _ reason: String) {
    #expect { try names(text) } throws: { "\($0)".contains("classes.txt") && "\($0)".contains(reason) }
  }
}
