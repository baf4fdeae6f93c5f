import Foundation
import Support
import TestSupport
import Testing

/// What is declared of FFmpeg's structs agrees with its headers, where these are.
@Suite struct LayoutTests {
  private static let headers: Bool = {
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/include")) ?? []
    return (folders.map { "/usr/include/" + $0 } + ["/usr/include"]).contains {
      FileManager.default.fileExists(atPath: $0 + "/libavformat/avformat.h")
        && FileManager.default.fileExists(atPath: $0 + "/libswscale/swscale.h")
    }
  }()

  @Test(.enabled(if: headers, "there are no headers of FFmpeg here: its structs are not compared"))
  func fieldsAreWhereTheHeadersHaveThem() throws {
    let process = Process()
    process.executableURL = (SourceTree.root / "tools/check-ffmpeg-layout").url
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.contains("agree with libavformat"))
  }
}
